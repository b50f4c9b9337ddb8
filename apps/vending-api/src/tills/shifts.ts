import type { Connection } from "mongoose";
import { isDuplicateKey, newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import { totalsOf } from "./shift-entries.ts";
import { type CashMovement, expectedTakings } from "./shift-totals.ts";
import type { Till } from "./till.model.ts";
import { type ShiftMovement, type TillShift, tillShiftModel } from "./till-shift.model.ts";

/** Two openings of one till in the same millisecond want one number; more tries than tills means something else is wrong. */
const MOST_ATTEMPTS = 10;

type ShiftDeps = Pick<Deps, "connection" | "changes">;
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
  deps: ShiftDeps,
  till: Till,
  floatMinor: number,
  request: MoneyRequest,
): Promise<Repeatable> {
  const shifts = tillShiftModel(deps.connection);
  const { siteId, _id: tillId } = till;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const first = await shifts
      .findOne({ siteId, openingKey: request.idempotencyKey })
      .lean<TillShift | null>();
    if (first) {
      if (first.openingHash !== request.requestHash) throw new ApiError("idempotency-key-reused");
      return { shift: first, repeated: true };
    }
    if (till.isRetired) throw new ApiError("till-retired");
    await refuseSecond(deps.connection, till, request);
    const last = await shifts.findOne({ siteId, tillId }).sort({ number: -1 }).lean<TillShift | null>();
    const shift: TillShift = {
      _id: newId(),
      siteId,
      tillId,
      number: (last?.number ?? 0) + 1,
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
    try {
      await shifts.create(shift);
      publishShift(deps, shift);
      return { shift, repeated: false };
    } catch (error) {
      // Somebody was faster; the next round sees by which rule.
      if (!isDuplicateKey(error)) throw error;
    }
  }
  throw new ApiError("store-unavailable", "Others were always faster; try again");
}

async function refuseSecond(
  connection: Connection,
  till: Till,
  { by, idempotencyKey }: MoneyRequest,
): Promise<void> {
  const { siteId, _id: tillId } = till;
  const open = await tillShiftModel(connection)
    .find({ siteId, isOpen: true, $or: [{ "person.id": by.id }, { tillId }] })
    .lean<TillShift[]>();
  // Under the same key it is the same opening: the next round finds it.
  if (open.some(({ openingKey }) => openingKey === idempotencyKey)) return;
  if (open.some(({ person }) => person.id === by.id)) throw new ApiError("shift-open-already");
  const [other] = open;
  if (other) throw new ApiError("till-in-use", `${other.person.name} has a shift on this till`);
}

/** Cash that comes in or goes out without a sale. Throws `shift-closed`, `not-enough-cash` or `idempotency-key-reused`. */
export async function moveCash(
  deps: ShiftDeps,
  shift: TillShift,
  movement: CashMovement & { reason: string },
  request: MoneyRequest,
): Promise<Repeatable> {
  const { idempotencyKey: key, requestHash, by, now: at } = request;
  const known = movementUnder(shift, request);
  if (known) return { shift, repeated: true };
  if (movement.kind === "cash-out") await refuseMoreThanThereIs(deps.connection, shift, movement.amountMinor);
  const row: ShiftMovement = { id: newId(), ...movement, at, by, key, requestHash };
  const shifts = tillShiftModel(deps.connection);
  const moved = await shifts
    .findOneAndUpdate(
      { _id: shift._id, state: "open", "movements.key": { $ne: key } },
      { $push: { movements: row } },
      { returnDocument: "after" },
    )
    .lean<TillShift | null>();
  if (moved) {
    publishShift(deps, moved);
    return { shift: moved, repeated: false };
  }
  const now = await shifts.findById(shift._id).lean<TillShift | null>();
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
async function refuseMoreThanThereIs(
  connection: Connection,
  shift: TillShift,
  amountMinor: number,
): Promise<void> {
  const totals = await totalsOf(connection, shift);
  if (amountMinor > expectedTakings(shift, totals).cash) throw new ApiError("not-enough-cash");
}

export function publishShift({ changes }: Pick<Deps, "changes">, { _id: id, siteId }: TillShift): void {
  changes.publish({ resource: "till-shifts", id, siteId });
}
