import type { Accrual } from "./accrual.ts";
import type { MeteringContext } from "./metering-context.ts";
import { NOTHING_RATED, rateOverVersions } from "./rate-over-versions.ts";
import type { TimedUse } from "./split-by-time.ts";

/** The accrual after a use that is charged, under the prices of its time. */
export function chargeUse(accrual: Accrual, use: TimedUse, context: MeteringContext): Accrual {
  const rated = context.household
    ? rateOverVersions(context.household.tariffVersions, context.calendar, use)
    : NOTHING_RATED;
  const whByRate = { ...accrual.whByRate };
  for (const [rate, wh] of Object.entries(rated.whByRate)) whByRate[rate] = (whByRate[rate] ?? 0) + wh;
  return {
    ...accrual,
    lastAt: new Date(use.toMs),
    lastWh: accrual.lastWh + use.wh,
    whByRate,
    costNano: accrual.costNano + rated.costNano,
    tariffId: context.household?.tariffId ?? null,
  };
}
