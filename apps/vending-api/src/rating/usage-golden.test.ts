import { dayScheme, flatScheme, microPerMinor, type TariffScheme } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { EMPTY_STATE } from "../ledger/account-state.ts";
import type { Lot } from "../ledger/lots.ts";
import { type Settlement, type Standing, settleBehind } from "../ledger/settle-use.ts";
import type { MeteringContext, TariffVersion } from "./metering-context.ts";
import { usageEntryOf } from "./post-usage.ts";
import { idleSample } from "./testing/idle-sample.ts";
import { inMemoryMetering } from "./testing/in-memory-metering.ts";

const at = (text: string) => Date.parse(text);
const always = (tariff: TariffScheme): TariffVersion[] => [{ number: 1, effectiveFrom: new Date(0), tariff }];

interface Household {
  zone?: string;
  currencyDigits?: number;
  versions: TariffVersion[];
  /** Local readings of each circuit: the first one is where it begins. */
  readings: Record<string, [at: string, wh: number][]>;
  lots?: Lot[];
  boughtMinor?: number;
}

/** From the register to what the ledger settles, in the order of the circuits. */
function entriesOf(household: Household): { settled: Settlement; details: Record<string, unknown> }[] {
  const {
    zone = "Asia/Shanghai",
    currencyDigits = 2,
    versions,
    readings,
    lots = [],
    boughtMinor = 0,
  } = household;
  const context = (circuitId: string): MeteringContext => ({
    circuitId,
    siteId: "s1",
    timeZone: zone,
    calendar: { timeZone: zone, restWeekdays: [6, 7], holidays: [], namedDays: {} },
    household: { id: "h1", tariffId: "t1", tariffVersions: versions },
    currency: "XTS",
    nanoPerMinor: microPerMinor(currencyDigits) * 1000,
    ratingW: 1_000_000,
    registerStepWh: 1,
    energyModulusWh: 42_949_672_960,
  });
  const free = lots.reduce((sum, lot) => (lot.commodity === "Wh" ? sum + lot.remaining : sum), 0);
  const money = lots.reduce((sum, lot) => (lot.commodity === "XTS" ? sum + lot.remaining : sum), 0);
  let standing: Standing = {
    balance: { XTS: boughtMinor + money, Wh: free },
    state: { ...EMPTY_STATE, lots },
  };
  return Object.entries(readings).flatMap(([circuitId, rows]) => {
    const metering = inMemoryMetering();
    const samples = rows.map(([time, wh]) => idleSample(circuitId, at(time), wh));
    metering.deliver(samples, context(circuitId), at("2099-01-01T00:00:00Z"));
    metering.deliver([], context(circuitId), at("2099-01-01T00:00:00Z"), {
      closeBeforeMs: Number.POSITIVE_INFINITY,
    });
    return metering.posted.flatMap((accrual) => {
      const entry = usageEntryOf(accrual);
      if (!entry) return [];
      const { standing: after, settlement } = settleBehind(standing, entry.use);
      standing = after;
      return [{ settled: settlement, details: { ...entry.source, ...entry.use } }];
    });
  });
}

const lot = (
  grantId: string,
  commodity: string,
  remaining: number,
  expiresAt: string | null = null,
): Lot => ({
  grantId,
  commodity,
  remaining,
  expiresAt,
});
const withBlocks = (aboveWh: number, by: "month" | "year" = "month"): TariffScheme => ({
  ...flatScheme(500_000),
  blocks: { by, carry: "none", steps: [{ aboveWh, surchargeMicroPerKWh: 200_000 }] },
});

describe("from the register to the ledger", () => {
  it("passes a block's limit inside an interval, whichever circuit uses it", () => {
    const [first, second] = entriesOf({
      versions: always(withBlocks(100_000)),
      readings: {
        c1: [
          ["2026-11-09T16:00:00Z", 0],
          ["2026-11-10T15:00:00Z", 98_000],
        ],
        c2: [
          ["2026-11-10T10:00:00Z", 0],
          ["2026-11-10T10:15:00Z", 5000],
        ],
      },
    });
    expect(first?.settled).toMatchObject({ amountMinor: 4900, surchargeNano: 0, blockWhBefore: 0 });
    // 5 kWh × 0.50, and 3 of them lie above 100 kWh: + 3 × 0.20.
    expect(second?.settled).toMatchObject({
      amountMinor: 310,
      surchargeNano: 600_000_000,
      blockWhBefore: 98_000,
      blocksAfter: [{ period: "2026-11", wh: 103_000 }],
    });
  });

  it("counts a new month from nothing, and late use of the month before in that one", () => {
    const entries = entriesOf({
      versions: always(withBlocks(1000)),
      readings: {
        c1: [
          ["2026-11-30T15:00:00Z", 0],
          ["2026-11-30T16:00:00Z", 900],
          ["2026-11-30T17:00:00Z", 1800],
        ],
        c2: [
          ["2026-11-30T15:00:00Z", 0],
          ["2026-11-30T15:59:00Z", 300],
        ],
      },
    });
    expect(entries.map(({ settled }) => [settled.blockWhBefore, settled.surchargeNano])).toEqual([
      [0, 0],
      [0, 0],
      [900, 200 * 200_000],
    ]);
  });

  it("gives a day with two versions two entries, each under its own prices", () => {
    const entries = entriesOf({
      versions: [
        { number: 1, effectiveFrom: new Date(0), tariff: flatScheme(500_000) },
        // Noon in Shanghai.
        { number: 2, effectiveFrom: new Date("2026-11-10T04:00:00Z"), tariff: flatScheme(1_000_000) },
      ],
      readings: {
        c1: [
          ["2026-11-09T16:00:00Z", 0],
          ["2026-11-10T16:00:00Z", 24_000],
        ],
      },
    });
    expect(
      entries.map(({ details, settled }) => [
        details.day,
        details.part,
        details.versionNumber,
        details.wh,
        settled.amountMinor,
      ]),
    ).toEqual([
      ["2026-11-10", 0, 1, 12_000, 600],
      ["2026-11-10", 1, 2, 12_000, 1200],
    ]);
  });

  it("takes free energy in proportion to its rates, then granted money, then what was bought", () => {
    const twoRates = dayScheme(
      [
        { id: "night", name: "Night", priceMicroPerKWh: 300_000 },
        { id: "day", name: "Day", priceMicroPerKWh: 600_000 },
      ],
      [
        { from: "00:00", to: "08:00", rateId: "night" },
        { from: "08:00", to: "24:00", rateId: "day" },
      ],
    );
    const [only] = entriesOf({
      versions: always(twoRates),
      boughtMinor: 1000,
      lots: [lot("money", "XTS", 60), lot("energy", "Wh", 1000)],
      readings: {
        c1: [
          ["2026-11-09T23:00:00Z", 0],
          ["2026-11-10T00:00:00Z", 1000],
          ["2026-11-10T02:00:00Z", 3000],
        ],
      },
    });
    // 1 × 0.30 + 2 × 0.60 = 1.50, a third of it free: 1.00, of which 0.60 are granted.
    expect(only?.settled).toMatchObject({
      freeWh: 1000,
      freeNano: 500_000_000,
      amountMinor: 100,
      taken: [
        { grantId: "energy", commodity: "Wh", amount: 1000 },
        { grantId: "money", commodity: "XTS", amount: 60 },
      ],
    });
  });

  it("takes from a grant on its last day, and not on the day after", () => {
    const entries = entriesOf({
      versions: always(flatScheme(1_000_000)),
      lots: [lot("november", "Wh", 5000, "2026-11-30T16:00:00.000Z")],
      readings: {
        c1: [
          ["2026-11-30T14:00:00Z", 0],
          ["2026-11-30T16:00:00Z", 1000],
          ["2026-11-30T18:00:00Z", 2000],
        ],
      },
    });
    expect(entries.map(({ settled }) => [settled.freeWh, settled.amountMinor])).toEqual([
      [1000, 0],
      [0, 100],
    ]);
  });

  it.each([
    // 123 Wh × 0.333 = 0.040959, with 13 % tax 0.04628367.
    { currencyDigits: 0, amountMinor: 0, carryOutNano: 46_283_670 },
    { currencyDigits: 2, amountMinor: 4, carryOutNano: 6_283_670 },
    { currencyDigits: 3, amountMinor: 46, carryOutNano: 283_670 },
  ])("rounds down to a currency of $currencyDigits digits and carries the rest", (expected) => {
    const [only] = entriesOf({
      currencyDigits: expected.currencyDigits,
      versions: always({ ...flatScheme(333_000), taxPpm: 130_000 }),
      readings: {
        c1: [
          ["2026-11-10T00:00:00Z", 0],
          ["2026-11-10T01:00:00Z", 123],
        ],
      },
    });
    const { amountMinor, carryOutNano } = expected;
    expect(only?.settled).toMatchObject({
      netNano: 40_959_000,
      taxNano: 5_324_670,
      amountMinor,
      carryOutNano,
    });
  });

  it("charges a maximum of demand across midnight once: each day what it adds", () => {
    const scheme: TariffScheme = {
      ...flatScheme(0),
      demands: [
        {
          id: "peak",
          name: "Peak",
          rateId: null,
          windowMinutes: 30,
          mode: "sliding",
          priceMicroPerKW: 10_000_000,
        },
      ],
    };
    const entries = entriesOf({
      versions: always(scheme),
      readings: {
        // 1 kWh in the quarter before midnight, 1 kWh in the one after: 2 kW, then 4 kW over the half-hour.
        c1: [
          ["2026-11-10T15:45:00Z", 0],
          ["2026-11-10T16:00:00Z", 1000],
          ["2026-11-10T16:15:00Z", 2000],
          ["2026-11-10T17:00:00Z", 2100],
        ],
      },
    });
    expect(entries.map(({ settled }) => settled.amountMinor)).toEqual([2000, 2000]);
  });
});
