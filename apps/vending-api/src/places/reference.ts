import type { Model } from "mongoose";
import { ApiError } from "../errors.ts";
import { type Caller, canSee } from "../http/access.ts";

/** The row that a body names in `path`. Throws `reference-unknown` when there is none, or none for this caller. */
export async function findReferenced<Row extends { siteId: string }>(
  model: Model<Row>,
  id: string,
  caller: Pick<Caller, "siteIds">,
  path: string,
): Promise<Row> {
  const row = await model.findOne({ _id: id as never }).lean<Row | null>();
  if (!row || !canSee(caller, row.siteId)) throw unknownReference(path);
  return row;
}

export function unknownReference(path: string): ApiError {
  const message = `${path} names something that does not exist`;
  return new ApiError("reference-unknown", message, { errors: [{ path, code: "unknown", message }] });
}

/** Throws `still-in-use` when some row meets the condition. */
export async function assertNone<Row>(model: Model<Row>, condition: object, message: string): Promise<void> {
  if (await model.exists(condition)) throw new ApiError("still-in-use", message);
}
