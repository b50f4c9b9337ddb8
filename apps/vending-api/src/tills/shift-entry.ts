import { isApiError } from "../errors.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import type { ShiftChoice, TillBooks } from "./till-books.ts";

/**
 * Names the posting in its shift before it is made, makes it, and takes the name off once the journal has its outcome. The two
 * are not one write; but a closing shift takes no new names, and settles those it has by their references, so that it counts
 * exactly what the journal has. `post` gets undefined when there is no such open shift.
 */
export async function withinShift<Result>(
  books: Pick<TillBooks, "name" | "unname">,
  choice: ShiftChoice,
  householdId: string,
  { idempotencyKey: ref, requestHash }: MoneyRequest,
  post: (shiftId: string | undefined) => Promise<Result>,
): Promise<Result> {
  const shift = await books.name(choice, { householdId, ref, requestHash });
  const leave = async () => {
    if (shift) await books.unname(shift._id, ref);
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
