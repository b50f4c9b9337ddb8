import { localDayBounds, standingNano } from "@hallmeter/meter-model";
import type { TariffVersion } from "./metering-context.ts";
import type { UsageEntry } from "./post-usage.ts";
import { termsOf, versionAt } from "./tariff-versions.ts";

/** Who pays a standing charge, and what it is reckoned in. */
export interface StandingPayer {
  siteId: string;
  householdId: string;
  tariffId: string;
  versions: readonly TariffVersion[];
  timeZone: string;
  currency: string;
  nanoPerMinor: number;
}

/**
 * The standing charge of one local day, under the version in force when the day began: an entry of its own, once for ever.
 * Undefined where there is none.
 */
export function standingEntry(payer: StandingPayer, day: string): UsageEntry | undefined {
  const { siteId, householdId, tariffId, currency, nanoPerMinor } = payer;
  const { startMs } = localDayBounds(day, payer.timeZone);
  const { number: versionNumber, tariff } = versionAt(payer.versions, startMs);
  const fixedNano = standingNano(tariff);
  if (fixedNano === 0) return undefined;
  return {
    siteId,
    householdId,
    ref: `standing:${householdId}:${day}`,
    source: { charge: "standing", day, tariffId, versionNumber },
    use: {
      usedFrom: new Date(startMs).toISOString(),
      wh: 0,
      energyNano: 0,
      fixedNano,
      blockPeriod: null,
      terms: termsOf(tariff),
      nanoPerMinor,
      currency,
    },
  };
}
