import type { UplinkItem } from "@hallmeter/meter-model";
import type { AnyBulkWriteOperation, Connection } from "mongoose";
import type { Deps } from "../../deps.ts";
import type { Circuit } from "../circuit.model.ts";
import { blankMirror, type CircuitMirror, circuitMirrorModel } from "../circuit-mirror.model.ts";

type CircuitState = Extract<UplinkItem, { type: "circuit-state" }>;

/** Mirrors what the gateway says of its circuits. Older news than the mirror's is ignored. */
export async function takeStates(
  { connection, changes }: Deps,
  states: readonly CircuitState[],
  circuits: ReadonlyMap<string, Circuit>,
): Promise<void> {
  const newest = new Map<string, CircuitState>();
  for (const state of states) {
    const known = newest.get(state.circuitId);
    if (!known || isNewer(state, { revision: known.revision, stateAt: new Date(known.at) }))
      newest.set(state.circuitId, state);
  }
  await mirrorAll(
    connection,
    circuits,
    [...newest.values()].map(({ circuitId, at, revision, relay, intended, presence, keepPower, holds }) => {
      const stateAt = new Date(at);
      const set = {
        revision,
        stateAt,
        relay,
        intended,
        presence,
        keepPower,
        holds,
        noticeDue: true as const,
      };
      return {
        circuitId,
        ifOlder: { $or: [{ revision: { $lt: revision } }, { stateAt: { $lt: stateAt } }] },
        set,
      };
    }),
  );
  for (const circuitId of newest.keys()) {
    const circuit = circuits.get(circuitId);
    if (!circuit) continue;
    const { siteId, householdId } = circuit;
    const whose = { siteId, ...(householdId === null ? {} : { householdId }) };
    changes.publish({ resource: "circuits", id: circuitId, ...whose });
    if (householdId !== null) changes.publish({ resource: "households", id: householdId, ...whose });
    changes.publish({ resource: "board", id: siteId, siteId });
  }
}

/** A gateway that lost its store counts from the start again: then its clock tells. */
function isNewer(state: CircuitState, mirror: Pick<CircuitMirror, "revision" | "stateAt">): boolean {
  return state.revision > mirror.revision || Date.parse(state.at) > mirror.stateAt.getTime();
}

export interface MirrorWrite {
  circuitId: string;
  /** Holds while the mirror is older than what is written. */
  ifOlder: Record<string, unknown>;
  set: Partial<CircuitMirror>;
}

/** Writes where the mirror is older, creating mirrors that are not there yet. */
export async function mirrorAll(
  connection: Connection,
  circuits: ReadonlyMap<string, Circuit>,
  writes: readonly MirrorWrite[],
): Promise<void> {
  if (writes.length === 0) return;
  const model = circuitMirrorModel(connection);
  const updates = writes.map(
    ({ circuitId, ifOlder, set }): AnyBulkWriteOperation<CircuitMirror> => ({
      updateOne: { filter: { _id: circuitId, ...ifOlder }, update: { $set: set } },
    }),
  );
  const written = await model.bulkWrite(updates, { ordered: false });
  if (written.matchedCount === updates.length) return;
  // Some mirrors are newer, or missing: create the missing ones and say it again.
  const blanks = writes.flatMap(({ circuitId }): AnyBulkWriteOperation<CircuitMirror>[] => {
    const circuit = circuits.get(circuitId);
    if (!circuit) return [];
    const { _id, ...fields } = blankMirror(circuit);
    return [{ updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true } }];
  });
  const created = await model.bulkWrite(blanks, { ordered: false });
  if (created.upsertedCount > 0) await model.bulkWrite(updates, { ordered: false });
}
