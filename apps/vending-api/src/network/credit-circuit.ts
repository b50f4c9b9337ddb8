import type { Connection } from "mongoose";
import { type Circuit, circuitModel } from "./circuit.model.ts";

/** The one circuit of the household whose meter holds its credit; undefined where the credit lives here. */
export async function creditCircuitOf(
  connection: Connection,
  householdId: string,
): Promise<Circuit | undefined> {
  const circuit = await circuitModel(connection)
    .findOne({ householdId, creditPlace: "meter" })
    .lean<Circuit | null>();
  return circuit ?? undefined;
}
