import { ALARM_KINDS } from "@hallmeter/meter-model";
import { clearAlarm, raiseAlarm } from "../alarms/alarms.ts";
import { groupBy } from "../db/group-by.ts";
import type { Deps } from "../deps.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { meteringContexts } from "../network/metering-contexts.ts";
import { storeMarks } from "../rating/load-profile.model.ts";
import { DAY_MS, suspectMarksBetween } from "../rating/profile-marks.ts";
import { type Interval, readIntervalsOf } from "../rating/read-intervals.ts";

/** domain.md: "sum of circuits against the master meter outside max(two register steps, 1 %)". */
const REGISTER_STEPS = 2;
const TOLERANCE_PERCENT = 1;

/** Undefined where something of it is not known: then nothing is said. */
export function sumDiffers(
  master: readonly Interval[],
  circuits: readonly (readonly Interval[])[],
  stepWh: number,
): { masterWh: number; sumWh: number; isOutside: boolean } | undefined {
  const masterWh = totalOf(master);
  const totals = circuits.map(totalOf);
  if (masterWh === undefined || totals.includes(undefined)) return undefined;
  const sumWh = totals.reduce<number>((sum, wh) => sum + (wh ?? 0), 0);
  const allowedWh = Math.max(REGISTER_STEPS * stepWh, (masterWh * TOLERANCE_PERCENT) / 100);
  return { masterWh, sumWh, isOutside: Math.abs(masterWh - sumWh) > allowedWh };
}

function totalOf(intervals: readonly Interval[]): number | undefined {
  return intervals.reduce<number | undefined>(
    (sum, { wh }) => (sum === undefined || wh === null ? undefined : sum + wh),
    0,
  );
}

/**
 * Holds yesterday's circuits (UTC) against the master meters that feed them. Which circuit is wrong nobody can tell, so the
 * master's day is flagged and a person asked; what each circuit's own checks believed stays charged.
 */
export async function checkSums(deps: Deps, now: Date): Promise<void> {
  const { connection } = deps;
  const fed = await circuitModel(connection)
    .find({ feederId: { $type: "string" } })
    .lean<Circuit[]>();
  const toMs = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const span = { fromMs: toMs - DAY_MS, toMs };
  for (const [masterId, circuits] of groupBy(fed, (circuit) => circuit.feederId ?? "")) {
    const master = await circuitModel(connection).findById(masterId).lean<Circuit | null>();
    if (!master) continue;
    const contexts = await meteringContexts(deps, [master, ...circuits]);
    const [own = [], ...others] = await readIntervalsOf(
      connection,
      [masterId, ...circuits.map(({ _id }) => _id)],
      span,
    );
    const stepWh = Math.max(...contexts.map(({ registerStepWh }) => registerStepWh));
    const compared = sumDiffers(own, others, stepWh);
    if (!compared) continue;
    const { masterWh, sumWh, isOutside } = compared;
    const { siteId, meterId, busId } = master;
    const condition = { siteId, key: `sum-differs:${masterId}`, at: new Date(toMs) };
    if (!isOutside) {
      await clearAlarm(deps, condition);
      continue;
    }
    const marks = suspectMarksBetween(span.fromMs, span.toMs);
    await storeMarks(connection, [{ circuitId: masterId, siteId, marks }]);
    await raiseAlarm(deps, {
      ...condition,
      kind: "sum-differs",
      severity: ALARM_KINDS["sum-differs"].severity,
      subject: { circuitId: masterId, meterId, busId },
      params: { masterWh, sumWh, circuits: circuits.length },
    });
  }
}
