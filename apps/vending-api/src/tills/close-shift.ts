import type { Deps } from "../deps.ts";
import { ApiError, isApiError } from "../errors.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import { totalsOf } from "./shift-entries.ts";
import type { Takings } from "./shift-totals.ts";
import { publishShift } from "./shifts.ts";
import { type ShiftCount, type ShiftPosting, type TillShift, tillShiftModel } from "./till-shift.model.ts";

type CloseDeps = Pick<Deps, "connection" | "changes" | "clock">;

/**
 * Counts the till and closes the shift: from here on nothing enters. Throws `shift-closed` when somebody counted it before, or
 * `idempotency-key-reused`.
 */
export async function closeShift(
  deps: CloseDeps,
  shift: TillShift,
  { counted, note }: { counted: Takings; note: string },
  { by, now: at, idempotencyKey: key, requestHash }: MoneyRequest,
): Promise<{ shift: TillShift; repeated: boolean }> {
  const shifts = tillShiftModel(deps.connection);
  const count: ShiftCount = { counted, note, at, by, key, requestHash };
  const moved = await shifts
    .findOneAndUpdate(
      { _id: shift._id, state: "open" },
      { $set: { state: "closing", count } },
      { returnDocument: "after" },
    )
    .lean<TillShift | null>();
  const counting = moved ?? (await shifts.findById(shift._id).lean<TillShift | null>());
  if (!counting) throw new ApiError("not-found");
  if (counting.count?.key !== key) throw new ApiError("shift-closed");
  if (counting.count.requestHash !== requestHash) throw new ApiError("idempotency-key-reused");
  return { shift: await finishClosing(deps, counting), repeated: moved === null };
}

/** Shifts that a crash left counted but not closed. */
export async function finishClosings(deps: CloseDeps): Promise<void> {
  const cutOff = await tillShiftModel(deps.connection).find({ state: "closing" }).lean<TillShift[]>();
  for (const shift of cutOff) await finishClosing(deps, shift);
}

/** Done again, or twice at once, it comes to the same: nothing enters a shift that is being closed. */
async function finishClosing(deps: CloseDeps, shift: TillShift): Promise<TillShift> {
  if (shift.state === "closed") return shift;
  const { connection } = deps;
  for (const posting of shift.pending) await settlePosting(deps, shift, posting);
  const totals = await totalsOf(connection, shift);
  const closed = await tillShiftModel(connection)
    .findOneAndUpdate(
      { _id: shift._id, state: "closing" },
      { $set: { state: "closed", isOpen: false, totals, pending: [] } },
      { returnDocument: "after" },
    )
    .lean<TillShift | null>();
  if (closed) publishShift(deps, closed);
  const now = closed ?? (await tillShiftModel(connection).findById(shift._id).lean<TillShift | null>());
  if (!now) throw new ApiError("not-found");
  return now;
}

/**
 * Gives the posting its outcome: the one it has, or the refusal that keeps whoever still holds it from posting it behind our
 * back.
 */
async function settlePosting(
  { connection, clock }: CloseDeps,
  { siteId }: TillShift,
  posting: ShiftPosting,
): Promise<void> {
  const { message: detail } = new ApiError("shift-closed");
  try {
    await ledgerOf(connection).post({
      ...posting,
      siteId,
      refSpace: "request",
      decide: () => ({ refuse: { code: "shift-closed", detail }, at: clock.now() }),
    });
  } catch (error) {
    if (!isApiError(error) || error.failureClass === "transient") throw error;
  }
}
