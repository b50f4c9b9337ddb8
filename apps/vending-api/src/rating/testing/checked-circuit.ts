import { flatScheme, type Sample } from "@hallmeter/meter-model";
import { heldWh } from "../held-use.ts";
import type { MeteringContext } from "../metering-context.ts";
import { inMemoryMetering } from "./in-memory-metering.ts";

export const CHECK_START_MS = Date.parse("2025-03-03T04:00:00Z");
export const CHECK_PRICE_MICRO = 548_317;

/** A 10 A circuit of a paying household in Shanghai, read by a meter that counts single Wh. */
export const checkedContext: MeteringContext = {
  circuitId: "c1",
  siteId: "s1",
  timeZone: "Asia/Shanghai",
  calendar: { timeZone: "Asia/Shanghai", restWeekdays: [6, 7], holidays: [], namedDays: {} },
  household: {
    id: "h1",
    tariffId: "t1",
    tariffVersions: [{ number: 1, effectiveFrom: new Date(0), tariff: flatScheme(CHECK_PRICE_MICRO) }],
  },
  currency: "CNY",
  nanoPerMinor: 10_000_000,
  ratingW: 2300,
  registerStepWh: 1,
  energyModulusWh: 1_000_000,
};

export function checkedSample(afterMs: number, energyWh: number, change: Partial<Sample> = {}): Sample {
  return {
    circuitId: "c1",
    at: new Date(CHECK_START_MS + afterMs).toISOString(),
    energyWh,
    activePowerW: 0,
    reactivePowerVar: 0,
    // Never twice the same, as a real one.
    voltageDv: 2300 + ((afterMs / 1000) % 7),
    currentCa: 0,
    powerFactorMilli: 1000,
    frequencyCHz: 5000,
    relay: "closed",
    flags: [],
    ...change,
  };
}

/** What became of the samples: charged, held back by reason, and the conditions that were raised. */
export function meterAll(samples: readonly Sample[], context = checkedContext) {
  const metering = inMemoryMetering();
  const lastMs = Math.max(...samples.map((sample) => Date.parse(sample.at)));
  metering.deliver(samples, context, lastMs);
  const accruals = [...metering.accruals.values()];
  return {
    metering,
    accruals,
    chargedWh: accruals.reduce((sum, { whByRate }) => sum + (Object.values(whByRate)[0] ?? 0), 0),
    heldWh: accruals.reduce((sum, accrual) => sum + heldWh(accrual), 0),
    held: accruals.flatMap(({ held }) =>
      held.map(({ reason, fromWh, toWh }) => [reason, toWh - fromWh] as const),
    ),
    notices: metering.notices.map((notice) =>
      notice.kind === "watch" ? `${notice.alarm} ${notice.state}` : notice.kind,
    ),
  };
}
