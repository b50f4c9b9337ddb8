import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import { checkedTotals } from "./shift-entries.ts";
import { type CashMovement, expectedTakings } from "./shift-totals.ts";
import type { Till } from "./till.model.ts";
import type { TillBooks } from "./till-books.ts";
import type { ShiftMovement, TillShift } from "./till-shift.model.ts";

/** Two openings of one till in the same millisecond want one number; more tries than tills means something else is wrong. */
const MOST_ATTEMPTS = 10;

interface Repeatable {
  shift: TillShift;
  /** The same key had this answer before. */
  repeated: boolean;
}

/**
 * Opens a shift of the person who asks, with this float in the drawer. Throws `till-retired`, `till-in-use`,
 * `shift-open-already` or `idempotency-key-reused`.
 */
export async function openShift(
  books: TillBooks,
  changes: Deps["changes"],
  till: Till,
  floatMinor: number,
  request: MoneyRequest,
): Promise<Repeatable> {
  const { siteId, _id: tillId } = till;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const first = await books.findByKey(siteId, request.idempotencyKey);
    if (first) {
      if (first.openingHash !== request.requestHash) throw new ApiError("idempotency-key-reused");
      return { shift: first, repeated: true };
    }
    if (till.isRetired) throw new ApiError("till-retired");
    await refuseSecond(books, till, request);
    const shift: TillShift = {
      _id: newId(),
      siteId,
      tillId,
      number: (await books.lastNumber({ siteId, tillId })) + 1,
      person: request.by,
      state: "open",
      isOpen: true,
      openedAt: request.now,
      floatMinor,
      openingKey: request.idempotencyKey,
      openingHash: request.requestHash,
      movements: [],
      pending: [],
      count: null,
      totals: null,
    };
    // Where somebody was faster the next round sees by which rule.
    if (!(await books.insert(shift))) continue;
    publishShift(changes, shift);
    return { shift, repeated: false };
  }
  throw new ApiError("store-unavailable", "Others were always faster; try again");
}

async function refuseSecond(
  books: TillBooks,
  till: Till,
  { by, idempotencyKey }: MoneyRequest,
): Promise<void> {
  const { siteId, _id: tillId } = till;
  const open = await books.openOf({ siteId, tillId, personId: by.id });
  // Under the same key it is the same opening: the next round finds it.
  if (open.some(({ openingKey }) => openingKey === idempotencyKey)) return;
  if (open.some(({ person }) => person.id === by.id)) throw new ApiError("shift-open-already");
  const [other] = open;
  if (other) throw new ApiError("till-in-use", `${other.person.name} has a shift on this till`);
}

/** Cash that comes in or goes out without a sale. Throws `shift-closed`, `not-enough-cash` or `idempotency-key-reused`. */
export async function moveCash(
  books: TillBooks,
  changes: Deps["changes"],
  shift: TillShift,
  movement: CashMovement & { reason: string },
  request: MoneyRequest,
): Promise<Repeatable> {
  const { idempotencyKey: key, requestHash, by, now: at } = request;
  const known = movementUnder(shift, request);
  if (known) return { shift, repeated: true };
  if (movement.kind === "cash-out") await refuseMoreThanThereIs(books, shift, movement.amountMinor);
  const row: ShiftMovement = { id: newId(), ...movement, at, by, key, requestHash };
  const moved = await books.addMovement(shift._id, row);
  if (moved) {
    publishShift(changes, moved);
    return { shift: moved, repeated: false };
  }
  const now = await books.find(shift._id);
  if (now && movementUnder(now, request)) return { shift: now, repeated: true };
  throw new ApiError("shift-closed");
}

function movementUnder(
  { movements }: TillShift,
  { idempotencyKey, requestHash }: MoneyRequest,
): ShiftMovement | undefined {
  const known = movements.find(({ key }) => key === idempotencyKey);
  if (known && known.requestHash !== requestHash) throw new ApiError("idempotency-key-reused");
  return known;
}

/** Against a slip of the hand; a sale in the same moment can only make it wrong on the safe side. */
async function refuseMoreThanThereIs(books: TillBooks, shift: TillShift, amountMinor: number): Promise<void> {
  const totals = shift.totals ?? checkedTotals(shift, await books.entriesOf(shift));
  if (amountMinor > expectedTakings(shift, totals).cash) throw new ApiError("not-enough-cash");
}

export function publishShift(changes: Deps["changes"], { _id: id, siteId }: TillShift): void {
  changes.publish({ resource: "till-shifts", id, siteId });
}
