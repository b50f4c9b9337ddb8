import { demandAfter, rateUse, type TariffScheme } from "@hallmeter/meter-model";
import type { Accrual } from "./accrual.ts";
import type { MeteringContext } from "./metering-context.ts";
import type { TimedUse } from "./split-by-time.ts";

/** The accrual after a use that is charged, under the prices of its version: energy at its rates, and new maxima of demand. */
export function chargeUse(accrual: Accrual, use: TimedUse, context: MeteringContext): Accrual {
  const moved = { ...accrual, lastAt: new Date(use.toMs), lastWh: accrual.lastWh + use.wh };
  const scheme = schemeOf(accrual, context);
  if (scheme === undefined) return moved;
  const rated = chargeEnergy(moved, use, scheme, context);
  const demand = demandAfter(scheme, context.calendar, accrual.demand, [use]);
  return { ...rated, demand: demand.state, demandNano: accrual.demandNano + demand.costNano };
}

/** The energy alone: for use that was held and comes late, when the maxima of its month have gone on. */
export function chargeEnergy(
  accrual: Accrual,
  use: TimedUse,
  scheme: TariffScheme,
  { calendar }: Pick<MeteringContext, "calendar">,
): Accrual {
  const rated = rateUse(scheme, calendar, use);
  const whByRate = { ...accrual.whByRate };
  for (const [rate, wh] of Object.entries(rated.whByRate)) whByRate[rate] = (whByRate[rate] ?? 0) + wh;
  return { ...accrual, whByRate, costNano: accrual.costNano + rated.costNano };
}

/** The prices that the accrual was opened with; undefined where nobody pays. */
function schemeOf(
  { householdId, versionNumber }: Accrual,
  { household }: MeteringContext,
): TariffScheme | undefined {
  if (householdId === null || household === null) return undefined;
  const version = household.tariffVersions.find(({ number }) => number === versionNumber);
  if (version === undefined)
    throw new RangeError(`tariff ${household.tariffId} has lost version ${versionNumber}`);
  return version.tariff;
}
