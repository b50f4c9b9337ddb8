import type { Deps } from "../deps.ts";
import { ApiError, isApiError } from "../errors.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import { checkedTotals } from "./shift-entries.ts";
import type { Takings } from "./shift-totals.ts";
import { publishShift } from "./shifts.ts";
import type { TillBooks } from "./till-books.ts";
import type { ShiftCount, ShiftPosting, TillShift } from "./till-shift.model.ts";

type CloseDeps = Pick<Deps, "changes" | "clock">;

/**
 * Counts the till and closes the shift: from here on nothing enters. Throws `shift-closed` when somebody counted it before, or
 * `idempotency-key-reused`.
 */
export async function closeShift(
  books: TillBooks,
  deps: CloseDeps,
  shift: TillShift,
  { counted, note }: { counted: Takings; note: string },
  { by, now: at, idempotencyKey: key, requestHash }: MoneyRequest,
): Promise<{ shift: TillShift; repeated: boolean }> {
  const count: ShiftCount = { counted, note, at, by, key, requestHash };
  const moved = await books.count(shift._id, count);
  const counting = moved ?? (await books.find(shift._id));
  if (!counting) throw new ApiError("not-found");
  if (counting.count?.key !== key) throw new ApiError("shift-closed");
  if (counting.count.requestHash !== requestHash) throw new ApiError("idempotency-key-reused");
  return { shift: await finishClosing(books, deps, counting), repeated: moved === null };
}

/** Shifts that a crash left counted but not closed. */
export async function finishClosings(books: TillBooks, deps: CloseDeps): Promise<void> {
  for (const shift of await books.closing()) await finishClosing(books, deps, shift);
}

/** Done again, or twice at once, it comes to the same: nothing enters a shift that is being closed. */
async function finishClosing(books: TillBooks, deps: CloseDeps, shift: TillShift): Promise<TillShift> {
  if (shift.state === "closed") return shift;
  for (const posting of shift.pending) await settlePosting(books, deps.clock, shift, posting);
  const totals = shift.totals ?? checkedTotals(shift, await books.entriesOf(shift));
  const closed = await books.close(shift._id, totals);
  if (closed) publishShift(deps.changes, closed);
  const now = closed ?? (await books.find(shift._id));
  if (!now) throw new ApiError("not-found");
  return now;
}

/**
 * Gives the posting its outcome: the one it has, or the refusal that keeps whoever still holds it from posting it behind our
 * back.
 */
async function settlePosting(
  books: TillBooks,
  clock: Deps["clock"],
  { siteId }: TillShift,
  posting: ShiftPosting,
): Promise<void> {
  const { message: detail } = new ApiError("shift-closed");
  try {
    await books.post({
      ...posting,
      siteId,
      refSpace: "request",
      decide: () => ({ refuse: { code: "shift-closed", detail }, at: clock.now() }),
    });
  } catch (error) {
    if (!isApiError(error) || error.failureClass === "transient") throw error;
  }
}
