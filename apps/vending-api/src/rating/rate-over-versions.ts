import { rateUse } from "@hallmeter/meter-model";
import type { TariffVersion } from "./metering-context.ts";
import { splitByTime, type TimedUse } from "./split-by-time.ts";

export interface RatedUse {
  whByRate: Record<string, number>;
  /** Exact: Σ Wh × price in micro per kWh, 10⁻⁹ of the major unit. */
  costNano: number;
}

export const NOTHING_RATED: RatedUse = { whByRate: {}, costNano: 0 };

/** Rates a use under the versions in force at each of its moments. */
export function rateOverVersions(
  versions: readonly TariffVersion[],
  timeZone: string,
  use: TimedUse,
): RatedUse {
  const starts = versions.slice(1).map((version) => version.effectiveFrom.getTime());
  return splitByTime(use, starts)
    .map((part) => {
      const { tariff } = versionAt(versions, part.fromMs);
      return rateUse(tariff, timeZone, part.fromMs, part.toMs, part.wh);
    })
    .reduce<RatedUse>(addRated, NOTHING_RATED);
}

export function addRated(a: RatedUse, b: RatedUse): RatedUse {
  const whByRate = { ...a.whByRate };
  for (const [rate, wh] of Object.entries(b.whByRate)) whByRate[rate] = (whByRate[rate] ?? 0) + wh;
  return { whByRate, costNano: a.costNano + b.costNano };
}

/** The version in force; the first one also before its own date. */
export function versionAt(versions: readonly TariffVersion[], atMs: number): TariffVersion {
  const inForce = versions.findLast((version) => version.effectiveFrom.getTime() <= atMs) ?? versions[0];
  if (inForce === undefined) throw new RangeError("a tariff has at least one version");
  return inForce;
}
