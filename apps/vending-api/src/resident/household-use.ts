import { localDay, localDayBounds, takeMicro } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import type { Site } from "../places/site.model.ts";
import { accrualModel } from "../rating/accrual.model.ts";
import type { Accrual } from "../rating/accrual.ts";
import { INTERVAL_MS } from "../rating/profile-marks.ts";
import { readIntervalsOf } from "../rating/read-intervals.ts";

export interface HouseholdUse {
  today: { wh: number; costMicro: number; intervals: { at: string; wh: number | null }[] };
  /** Oldest first; days without any metering are left out. */
  days: { day: string; wh: number; costMinor: number }[];
  asOf: string | null;
}

const DAY_MS = 86_400_000;

/** What the household used today by the quarter of an hour, and on each of the last days. */
export async function householdUse(
  connection: Connection,
  household: { _id: string },
  site: Site,
  dayCount: number,
  now: Date,
): Promise<HouseholdUse> {
  const nowMs = now.getTime();
  const today = localDay(nowMs, site.timeZone);
  const firstDay = localDay(nowMs - (dayCount - 1) * DAY_MS, site.timeZone);
  const circuits = await circuitModel(connection).find({ householdId: household._id }).lean<Circuit[]>();
  const [accruals, intervals] = await Promise.all([
    accrualModel(connection)
      .find({ householdId: household._id, day: { $gte: firstDay, $lte: today } })
      .lean<Accrual[]>(),
    readIntervalsOf(
      connection,
      circuits.map((circuit) => circuit._id),
      // The interval that is running counts, as far as it has come.
      { fromMs: localDayBounds(today, site.timeZone).startMs, toMs: nowMs + INTERVAL_MS },
    ),
  ]);
  const heard = accruals.map((accrual) => accrual.lastAt.getTime());
  const ofToday = accruals.filter((accrual) => accrual.day === today);
  return {
    today: {
      wh: ofToday.reduce((sum, { lastWh, fromWh }) => sum + lastWh - fromWh, 0),
      costMicro: takeMicro(ofToday.reduce((sum, { costNano }) => sum + costNano, 0)).micro,
      intervals: sumIntervals(intervals),
    },
    days: sumDays(accruals),
    asOf: heard.length === 0 ? null : new Date(Math.max(...heard)).toISOString(),
  };
}

/** Circuits together; missing only where every one is. */
function sumIntervals(perCircuit: readonly { at: Date; wh: number | null }[][]) {
  const [first = []] = perCircuit;
  return first.map(({ at }, index) => {
    const known = perCircuit.flatMap((intervals) => intervals[index]?.wh ?? []);
    return { at: at.toISOString(), wh: known.length === 0 ? null : known.reduce((sum, wh) => sum + wh, 0) };
  });
}

function sumDays(accruals: readonly Accrual[]): HouseholdUse["days"] {
  const days = new Map<string, { wh: number; costNano: number; nanoPerMinor: number }>();
  for (const { day, lastWh, fromWh, costNano, nanoPerMinor } of accruals) {
    const sum = days.get(day) ?? { wh: 0, costNano: 0, nanoPerMinor };
    days.set(day, { nanoPerMinor, wh: sum.wh + lastWh - fromWh, costNano: sum.costNano + costNano });
  }
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, { wh, costNano, nanoPerMinor }]) => ({
      day,
      wh,
      costMinor: Math.floor(costNano / nanoPerMinor),
    }));
}
