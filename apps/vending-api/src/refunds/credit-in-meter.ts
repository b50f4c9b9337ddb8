import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import { creditCircuitOf } from "../network/credit-circuit.ts";
import { deliveryModel } from "../network/delivery.model.ts";
import { readMeterMirror } from "../network/meter-mirror.model.ts";
import type { Household } from "../places/household.model.ts";

/** What a meter said of its credit earlier is more than it still has. Range 1–48 h. */
const BELIEVED_FOR_MS = 24 * 3_600_000;

/**
 * The credit that the household's meter still holds, minor units; 0 where the credit lives here. No meter gives any back, so what
 * it holds is not paid out. Throws `sale-not-settled` while a sale is on its way into it, and `meter-credit-unknown`.
 */
export async function creditInMeter(
  connection: Connection,
  { _id: householdId }: Pick<Household, "_id">,
  now: Date,
): Promise<number> {
  const circuit = await creditCircuitOf(connection, householdId);
  if (!circuit) return 0;
  if (await deliveryModel(connection).exists({ householdId, isFinal: false }))
    throw new ApiError("sale-not-settled");
  const { credit, creditAt } = await readMeterMirror(connection, circuit._id);
  if (credit === null || now.getTime() - creditAt.getTime() > BELIEVED_FOR_MS)
    throw new ApiError("meter-credit-unknown");
  return Math.max(0, credit.remainingMinor);
}
