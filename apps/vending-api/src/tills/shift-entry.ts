import type { Connection } from "mongoose";
import { isApiError } from "../errors.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import { type TillShift, tillShiftModel } from "./till-shift.model.ts";

/** Which shift a posting goes into: the seller's open one, or the one that a purchase was made in. */
export type ShiftChoice = { siteId: string; personId: string } | { shiftId: string };

/**
 * Names the posting in its shift before it is made, makes it, and takes the name off once the journal has its outcome. The two
 * are not one write; but a closing shift takes no new names, and settles those it has by their references, so that it counts
 * exactly what the journal has. `post` gets undefined when there is no such open shift.
 */
export async function withinShift<Result>(
  connection: Connection,
  choice: ShiftChoice,
  householdId: string,
  { idempotencyKey: ref, requestHash }: MoneyRequest,
  post: (shiftId: string | undefined) => Promise<Result>,
): Promise<Result> {
  const shifts = tillShiftModel(connection);
  const which =
    "shiftId" in choice ? { _id: choice.shiftId } : { siteId: choice.siteId, "person.id": choice.personId };
  const shift = await shifts
    .findOneAndUpdate(
      { ...which, state: "open" },
      { $addToSet: { pending: { householdId, ref, requestHash } } },
    )
    .lean<TillShift | null>();
  const leave = async () => {
    if (shift) await shifts.updateOne({ _id: shift._id }, { $pull: { pending: { ref } } });
  };
  try {
    const result = await post(shift?._id);
    await leave();
    return result;
  } catch (error) {
    // Without an outcome the name stays: the same request may yet be posted.
    if (isApiError(error) && error.failureClass === "permanent" && error.code !== "ledger-broken")
      await leave();
    throw error;
  }
}
