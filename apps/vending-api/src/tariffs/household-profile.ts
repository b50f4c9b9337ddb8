import type { Connection } from "mongoose";
import { accrualModel } from "../rating/accrual.model.ts";
import type { Accrual } from "../rating/accrual.ts";
import { INTERVAL_MS } from "../rating/profile-marks.ts";
import { type Interval, type IntervalFlag, readIntervalsOf } from "../rating/read-intervals.ts";

/** What a household used by quarter of an hour, of every circuit that it had. */
export interface HouseholdProfile {
  circuitIds: string[];
  /** In the order of the ids; null where nothing is known or nothing may be charged. */
  profiles: (number | null)[][];
  intervals: Record<IntervalFlag, number>;
}

/**
 * The recorded load profile of a household over whole quarters of an hour. Circuits come and go with room moves: a quarter counts
 * where the circuit was metered for this household.
 */
export async function readHouseholdProfile(
  connection: Connection,
  householdId: string,
  { fromMs, toMs, fromDay, toDay }: { fromMs: number; toMs: number; fromDay: string; toDay: string },
): Promise<HouseholdProfile> {
  const accruals = await accrualModel(connection)
    .find({ householdId, day: { $gte: fromDay, $lte: toDay } }, { circuitId: 1, fromAt: 1, lastAt: 1 })
    .lean<Pick<Accrual, "circuitId" | "fromAt" | "lastAt">[]>();
  const circuitIds = [...new Set(accruals.map(({ circuitId }) => circuitId))].sort();
  const recorded = await readIntervalsOf(connection, circuitIds, { fromMs, toMs });
  const intervals = { good: 0, estimated: 0, missing: 0, suspect: 0 };
  const profiles = circuitIds.map((circuitId, index) => {
    const metered = meteredQuarters(accruals.filter((accrual) => accrual.circuitId === circuitId));
    return (recorded[index] ?? []).map((interval) => {
      if (!metered.has(interval.at.getTime() / INTERVAL_MS)) return null;
      intervals[interval.flag] += 1;
      return chargeableWh(interval);
    });
  });
  return { circuitIds, profiles, intervals };
}

function chargeableWh({ wh, flag }: Interval): number | null {
  return flag === "suspect" ? null : wh;
}

function meteredQuarters(accruals: readonly Pick<Accrual, "fromAt" | "lastAt">[]): Set<number> {
  const quarters = new Set<number>();
  for (const { fromAt, lastAt } of accruals)
    for (
      let quarter = Math.floor(fromAt.getTime() / INTERVAL_MS);
      quarter * INTERVAL_MS < lastAt.getTime();
      quarter += 1
    )
      quarters.add(quarter);
  return quarters;
}
