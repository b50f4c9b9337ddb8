import type { Connection } from "mongoose";
import { cardLoadModel } from "./card-load.model.ts";

/** Credit that nobody has seen leave a card: as far as anybody knows, the household still carries it about. */
export async function hasCreditOnCard(
  connection: Connection,
  { siteId, householdId }: { siteId: string; householdId: string },
): Promise<boolean> {
  return (await cardLoadModel(connection).exists({ siteId, householdId, state: "carried" })) !== null;
}
