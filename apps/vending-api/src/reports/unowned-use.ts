import type { Connection } from "mongoose";
import { accrualModel } from "../rating/accrual.model.ts";
import type { Accrual } from "../rating/accrual.ts";
import type { DayRange } from "./report-query.ts";

/** What one circuit used on one local day while it was charged to nobody. */
export interface UnownedUse {
  circuitId: string;
  day: string;
  wh: number;
}

/** Of master meters, common supplies and vacant rooms: few of a site, and in no journal. */
export async function readUnownedUse(
  connection: Connection,
  siteId: string,
  { from, to }: DayRange,
): Promise<UnownedUse[]> {
  const accruals = await accrualModel(connection)
    .find(
      { householdId: null, day: { $gte: from, $lte: to }, siteId },
      { circuitId: 1, day: 1, fromWh: 1, lastWh: 1 },
    )
    .lean<Pick<Accrual, "circuitId" | "day" | "fromWh" | "lastWh">[]>();
  return accruals.map(({ circuitId, day, fromWh, lastWh }) => ({ circuitId, day, wh: lastWh - fromWh }));
}

/** Wh by circuit. */
export function whByCircuit(uses: readonly { circuitId: string; wh: number }[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { circuitId, wh } of uses) sums.set(circuitId, (sums.get(circuitId) ?? 0) + wh);
  return sums;
}
