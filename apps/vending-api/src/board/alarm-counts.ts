import type { Connection } from "mongoose";
import { alarmModel, OPEN_STATES } from "../alarms/alarm.model.ts";
import type { Deps } from "../deps.ts";

/** Standing alarms by what they are about. */
export interface AlarmCounts {
  byCircuit: ReadonlyMap<string, number>;
  /** Of those that are about a household and none of its circuits. */
  byHousehold: ReadonlyMap<string, number>;
}

/**
 * A hint of a change may be lost with its process: then the counts are wrong for so long. Range 10–300 s; at 60 a night of 100,000
 * alarms is counted once a minute while nothing happens.
 */
const MAX_AGE_MS = 60_000;

/** Counts that are kept until an alarm of the site changes: a board is read each second, alarms change now and then. */
export function alarmCounts({
  connection,
  changes,
  clock,
}: Pick<Deps, "connection" | "changes" | "clock">): (siteId: string) => Promise<AlarmCounts> {
  const kept = new Map<string, { counts: Promise<AlarmCounts>; untilMs: number }>();
  changes.subscribe(({ resource, siteId }) => {
    if (resource === "alarms") kept.delete(siteId);
  });
  return (siteId) => {
    const nowMs = clock.now().getTime();
    const known = kept.get(siteId);
    if (known && nowMs < known.untilMs) return known.counts;
    const row = { counts: countAlarms(connection, siteId), untilMs: nowMs + MAX_AGE_MS };
    kept.set(siteId, row);
    row.counts.catch(() => {
      if (kept.get(siteId) === row) kept.delete(siteId);
    });
    return row.counts;
  };
}

/** Counted in the store: of 100,000 alarms only the counts travel. */
async function countAlarms(connection: Connection, siteId: string): Promise<AlarmCounts> {
  const rows = await alarmModel(connection).aggregate<{
    _id: { circuitId?: string; householdId?: string };
    alarms: number;
  }>([
    { $match: { siteId, state: { $in: [...OPEN_STATES] } } },
    {
      $group: {
        _id: { circuitId: "$subject.circuitId", householdId: "$subject.householdId" },
        alarms: { $sum: 1 },
      },
    },
  ]);
  const byCircuit = new Map<string, number>();
  const byHousehold = new Map<string, number>();
  for (const { _id, alarms } of rows) {
    const [counts, id] =
      _id.circuitId === undefined ? [byHousehold, _id.householdId] : [byCircuit, _id.circuitId];
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + alarms);
  }
  return { byCircuit, byHousehold };
}
