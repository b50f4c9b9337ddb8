import { recordAudit } from "../audit/audit.ts";
import { isDuplicateKey } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { callerOf } from "../http/access.ts";
import { announceCredit } from "../network/announce.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { type HandOver, handOverCircuits } from "../network/hand-over-circuits.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { assertRead, takeFinalReadings } from "../readings/final-readings.ts";
import { type Move, type MoveLeg, moveModel } from "./move.model.ts";

/**
 * Takes a move as far as it can go, from wherever an earlier run or a crash left it: meters of both rooms are read, the households
 * change rooms, then circuits change hands and what was used in the old rooms is posted. Account, grants, residents and history
 * stay with the household. Rejects with `reading-awaited` (run it again), `reading-missing`, `unit-occupied`, `household-closed`.
 */
export async function runMove(deps: Deps, moveId: string, now: Date): Promise<{ legs: MoveLeg[] }> {
  let move = await moveModel(deps.connection).findById(moveId).lean<Move | null>();
  if (!move) throw new ApiError("not-found");
  if (move.state === "reading") move = await readMeters(deps, move, now);
  if (move.state === "moving") move = await changeRooms(deps, move, now);
  return { legs: move.legs };
}

async function write(deps: Deps, { _id, revision, siteId }: Move, set: Partial<Move>): Promise<Move> {
  const after = await moveModel(deps.connection)
    .findOneAndUpdate(
      { _id, revision },
      { $set: { ...set, revision: revision + 1 } },
      { returnDocument: "after" },
    )
    .lean<Move | null>();
  if (!after) throw new ApiError("still-running", "Somebody else works on this move");
  deps.changes.publish({ resource: "moves", id: _id, siteId });
  return after;
}

async function readMeters(deps: Deps, before: Move, now: Date): Promise<Move> {
  const circuits = await circuitModel(deps.connection)
    .find({ _id: { $in: before.legs.flatMap((leg) => [...leg.fromCircuitIds, ...leg.toCircuitIds]) } })
    .sort({ name: 1, _id: 1 })
    .lean<Circuit[]>();
  const order = { ref: before._id, caller: callerOf(before.by, before.siteId), reason: before.reason };
  const readings = await takeFinalReadings(deps, circuits, before.readings, order, now);
  const move = await write(deps, before, { readings });
  assertRead(readings);
  return write(deps, move, { state: "moving", movedAt: now });
}

async function changeRooms(deps: Deps, move: Move, now: Date): Promise<Move> {
  const { changes } = deps;
  const { siteId, legs, reason, by } = move;
  const movedAt = move.movedAt ?? now;
  const [first, ...others] = legs;
  if (!first) throw new ApiError("internal", `move ${move._id} moves nobody`);
  // Two rooms are never one household's: the first steps out so that the second can step in.
  if (others.length > 0) await stepOut(deps, move, first);
  for (const leg of [...others, first]) await occupy(deps, move, leg, movedAt);
  await handOverCircuits(deps, handOversOf(legs), now);
  await announceCredit(deps, move.householdIds);
  for (const { householdId: id, fromUnitId, toUnitId } of legs) {
    await recordAudit(deps, {
      request: { caller: callerOf(by, siteId), id: move._id, now },
      siteId,
      action: "households.move",
      subject: { resource: "households", id },
      before: { unitId: fromUnitId },
      after: { unitId: toUnitId, moveId: move._id },
      reason,
    });
    changes.publish({ resource: "households", id, siteId, householdId: id });
    for (const unitId of [fromUnitId, toUnitId]) changes.publish({ resource: "units", id: unitId, siteId });
  }
  changes.publish({ resource: "board", id: siteId, siteId });
  return write(deps, move, { state: "done", isLive: false });
}

async function stepOut(
  { connection }: Deps,
  move: Move,
  { householdId, fromUnitId }: MoveLeg,
): Promise<void> {
  await householdModel(connection).updateOne(
    { _id: householdId, unitId: fromUnitId, moveIds: { $ne: move._id } },
    { $set: { occupies: `move:${move._id}` } },
  );
}

/** One write, once per move. Throws `unit-occupied` when somebody was faster, `household-closed`. */
async function occupy(deps: Deps, move: Move, leg: MoveLeg, movedAt: Date): Promise<void> {
  const households = householdModel(deps.connection);
  const { householdId, fromUnitId, toUnitId, fromCircuitIds } = leg;
  const household = await households.findById(householdId).lean<Household | null>();
  if (household?.moveIds?.includes(move._id)) return;
  if (household?.status !== "open") throw new ApiError("household-closed");
  const from = household.pastRooms?.at(-1)?.until ?? household.openedAt;
  try {
    await households.updateOne(
      { _id: householdId, status: "open", moveIds: { $ne: move._id } },
      {
        $set: { unitId: toUnitId, occupies: toUnitId },
        $push: {
          pastRooms: { unitId: fromUnitId, circuitIds: fromCircuitIds, from, until: movedAt },
          moveIds: move._id,
        },
      },
    );
  } catch (error) {
    if (isDuplicateKey(error)) throw new ApiError("unit-occupied");
    throw error;
  }
}

/** Each circuit once: in a swap it leaves one household for the other. */
function handOversOf(legs: readonly MoveLeg[]): HandOver[] {
  const circuits = new Map<string, HandOver>();
  for (const { householdId, fromUnitId, fromCircuitIds } of legs)
    for (const circuitId of fromCircuitIds)
      circuits.set(circuitId, {
        circuitId,
        fromHouseholdId: householdId,
        toHouseholdId: null,
        unitId: fromUnitId,
      });
  for (const { householdId: toHouseholdId, toUnitId: unitId, toCircuitIds } of legs)
    for (const circuitId of toCircuitIds) {
      const fromHouseholdId = circuits.get(circuitId)?.fromHouseholdId ?? null;
      circuits.set(circuitId, { circuitId, fromHouseholdId, toHouseholdId, unitId });
    }
  return [...circuits.values()];
}
