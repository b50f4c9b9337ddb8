import type { Model } from "mongoose";
import { ApiError } from "../errors.ts";
import { type Caller, canSee } from "./access.ts";

/** The row, if the caller's sites include its own. Throws `not-found`: a row of another site does not exist. */
export async function findVisible<Row extends { siteId: string }>(
  model: Model<Row>,
  id: string,
  caller: Pick<Caller, "siteIds">,
): Promise<Row> {
  const row = await model.findOne({ _id: id as never }).lean<Row | null>();
  if (!row || !canSee(caller, row.siteId)) throw new ApiError("not-found");
  return row;
}
