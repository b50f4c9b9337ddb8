import {
  dayScheme,
  flatScheme,
  localDay,
  rateUse,
  type Sample,
  type TariffCalendar,
} from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_CHAIN } from "../ledger/entry.ts";
import { accrualFault, usageRef } from "./accrual.ts";
import { balanceOf } from "./live-balance.ts";
import type { MeteringContext } from "./metering-context.ts";
import { inMemoryMetering } from "./testing/in-memory-metering.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);

const flat = flatScheme(548_317);
const twoRate = dayScheme(
  [
    { id: "day", name: "Day", priceMicroPerKWh: 617_003 },
    { id: "night", name: "Night", priceMicroPerKWh: 307_001 },
  ],
  [
    { from: "00:00", to: "06:10", rateId: "night" },
    { from: "06:10", to: "22:00", rateId: "day" },
    { from: "22:00", to: "24:00", rateId: "night" },
  ],
);
const calendarIn = (timeZone: string): TariffCalendar => ({
  timeZone,
  restWeekdays: [6, 7],
  holidays: [],
  namedDays: {},
});
const NANO_PER_MINOR = 10_000_000;

/** Both changes of the clock in Berlin lie within reach of these. */
const startArbitrary = fc.constantFrom(
  "2025-02-28T09:00:00Z",
  "2025-03-29T20:00:00Z",
  "2025-10-25T18:00:00Z",
);
const stepArbitrary = fc.record({
  afterMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1000, max: 20 * 60_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 3_600_000, max: 9 * 3_600_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 20 * 3_600_000, max: 60 * 3_600_000 }) },
  ),
  /** Of what the switch can carry. */
  loadShare: fc.double({ min: 0, max: 1, noNaN: true }),
});
const scenarioArbitrary = fc.record({
  zone: fc.constantFrom("Asia/Shanghai", "Europe/Berlin", "America/New_York"),
  start: startArbitrary,
  tariff: fc.constantFrom(flat, twoRate),
  steps: fc.array(stepArbitrary, { minLength: 1, maxLength: 25 }),
  firstRegisterWh: fc.integer({ min: 0, max: 900_000 }),
  /** How samples arrive: batch sizes, whether a batch comes again, and after how many steps a crash hits. */
  deliveries: fc.array(
    fc.record({
      size: fc.integer({ min: 1, max: 8 }),
      again: fc.boolean(),
      backwards: fc.boolean(),
      crashAfter: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  /** How far the register goes before it wraps. */
  modulusWh: fc.constantFrom(1_000_000, 42_949_672_960),
});
type Scenario = typeof scenarioArbitrary extends fc.Arbitrary<infer T> ? T : never;

const contextOf = ({ zone, tariff, modulusWh }: Scenario): MeteringContext => ({
  circuitId: "c1",
  siteId: "s1",
  timeZone: zone,
  calendar: calendarIn(zone),
  household: {
    id: "h1",
    tariffId: "t1",
    tariffVersions: [{ number: 1, effectiveFrom: new Date(0), tariff }],
  },
  currency: "CNY",
  nanoPerMinor: NANO_PER_MINOR,
  ratingW: 2300,
  registerStepWh: 10,
  energyModulusWh: modulusWh,
});

/** The meter's own truth: total energy at instants, and the samples that show it through a wrapping register. */
function readingsOf({ steps, start, firstRegisterWh, modulusWh }: Scenario) {
  let atMs = Date.parse(start);
  let totalWh = firstRegisterWh;
  const points = [{ atMs, totalWh }];
  for (const { afterMs, loadShare } of steps) {
    atMs += afterMs;
    // A wrap must start in the last tenth: stay below a tenth of the register between two samples.
    const possibleWh = Math.min((2300 * afterMs) / 3_600_000, modulusWh / 10);
    totalWh += Math.floor(possibleWh * loadShare);
    points.push({ atMs, totalWh });
  }
  const samples = points.map(
    (point): Sample => ({
      circuitId: "c1",
      at: new Date(point.atMs).toISOString(),
      energyWh: point.totalWh % modulusWh,
      activePowerW: 0,
      reactivePowerVar: 0,
      voltageDv: 2300,
      currentCa: 0,
      powerFactorMilli: 1000,
      frequencyCHz: 5000,
      relay: "closed",
      flags: [],
    }),
  );
  return { points, samples };
}

/** Delivers in order of batches as a gateway does, with repetitions, reversed batches and crashes that are sent again. */
function deliverAll(scenario: Scenario, samples: readonly Sample[]) {
  const metering = inMemoryMetering();
  const context = contextOf(scenario);
  let from = 0;
  let turn = 0;
  const earlier: Sample[] = [];
  while (from < samples.length) {
    const delivery = scenario.deliveries[turn % scenario.deliveries.length];
    turn += 1;
    if (!delivery) break;
    const batch = samples.slice(from, from + delivery.size);
    from += delivery.size;
    const shown = delivery.backwards ? [...batch].reverse() : batch;
    const nowMs = Date.parse(batch.at(-1)?.at ?? "");
    if (delivery.crashAfter !== undefined)
      metering.deliver(shown, context, nowMs, { mostSteps: delivery.crashAfter });
    metering.deliver(shown, context, nowMs);
    earlier.push(...shown);
    if (delivery.again) metering.deliver(earlier, context, nowMs);
  }
  return metering;
}

const plainScenario: Scenario = {
  zone: "Asia/Shanghai",
  start: "2025-02-28T09:00:00Z",
  tariff: flat,
  steps: [],
  firstRegisterWh: 0,
  deliveries: [],
  modulusWh: 42_949_672_960,
};

describe("metering", () => {
  it("agrees to the Wh and the nano with the meter, however samples are delivered", () => {
    fc.assert(
      fc.property(scenarioArbitrary, (scenario) => {
        const { points, samples } = readingsOf(scenario);
        const metering = deliverAll(scenario, samples);
        const accruals = [...metering.accruals.values()];
        const first = points[0];
        const last = points.at(-1);
        if (!first || !last) throw new Error("a scenario has points");

        for (const accrual of accruals) expect(accrualFault(accrual)).toBeNull();
        const usedWh = last.totalWh - first.totalWh;
        expect(accruals.reduce((sum, { lastWh, fromWh }) => sum + lastWh - fromWh, 0)).toBe(usedWh);
        // A week without use is worth a notice; what the register shows must never be doubted.
        expect(metering.notices.filter(({ kind }) => kind !== "watch")).toEqual([]);

        // Intervals: the last mark less the first one.
        const marks = [...metering.marks.values()].sort((a, b) => a.interval - b.interval);
        expect((marks.at(-1)?.readingWh ?? 0) - (marks[0]?.readingWh ?? 0)).toBe(usedWh);
        let lastReadingWh = 0;
        for (const [index, mark] of marks.entries()) {
          if (index > 0) expect(mark.interval).toBe((marks[index - 1]?.interval ?? 0) + 1);
          expect(mark.readingWh ?? lastReadingWh).toBeGreaterThanOrEqual(lastReadingWh);
          lastReadingWh = mark.readingWh ?? lastReadingWh;
        }

        // Money: what is settled and what is still open is the whole cost, each fraction once.
        const costNano = accruals.reduce((sum, accrual) => sum + accrual.costNano, 0);
        const open = accruals.filter((accrual) => accrual.state === "open");
        expect(open.length).toBeLessThanOrEqual(1);
        const money = { currency: "CNY", nanoPerMinor: NANO_PER_MINOR };
        const settled = balanceOf(EMPTY_CHAIN, metering.posted, money).live;
        expect(balanceOf(settled, open, money).liveNano).toBe(0 - costNano);

        // One entry per day, each day once.
        const refs = metering.posted.map(usageRef);
        expect(new Set(refs).size).toBe(refs.length);
        for (const accrual of accruals)
          expect(accrual.day).toBe(localDay(accrual.fromAt.getTime(), scenario.zone));
      }),
      { numRuns: RUNS },
    );
  });

  it("costs under a flat tariff what the register says", () => {
    fc.assert(
      fc.property(scenarioArbitrary, (drawn) => {
        const scenario = { ...drawn, tariff: flat };
        const { points, samples } = readingsOf(scenario);
        const metering = deliverAll(scenario, samples);
        const usedWh = (points.at(-1)?.totalWh ?? 0) - (points[0]?.totalWh ?? 0);
        const costNano = [...metering.accruals.values()].reduce((sum, { costNano: cost }) => sum + cost, 0);
        expect(costNano).toBe(usedWh * 548_317);
      }),
      { numRuns: RUNS },
    );
  });

  it("puts use under the rate of its time, as rating the whole register at once does within a Wh a sample", () => {
    fc.assert(
      fc.property(scenarioArbitrary, (drawn) => {
        const scenario = { ...drawn, tariff: twoRate };
        const { points, samples } = readingsOf(scenario);
        const metering = deliverAll(scenario, samples);
        const nightWh = [...metering.accruals.values()].reduce(
          (sum, row) => sum + (row.whByRate.night ?? 0),
          0,
        );
        let expectedWh = 0;
        let splits = 0;
        for (const [index, point] of points.entries()) {
          const before = points[index - 1];
          if (!before) continue;
          const wh = point.totalWh - before.totalWh;
          expectedWh +=
            rateUse(twoRate, calendarIn(scenario.zone), { fromMs: before.atMs, toMs: point.atMs, wh })
              .whByRate.night ?? 0;
          splits += Math.ceil((point.atMs - before.atMs) / 3_600_000) + 1;
        }
        expect(Math.abs(nightWh - expectedWh)).toBeLessThanOrEqual(splits);
      }),
      { numRuns: RUNS },
    );
  });

  it("closes a day without a sample of the next, and takes late samples of it as another part", () => {
    const context = contextOf(plainScenario);
    const [template] = readingsOf(plainScenario).samples;
    if (!template) throw new Error("there is a first sample");
    const at = (iso: string, energyWh: number): Sample => ({
      ...template,
      at: new Date(iso).toISOString(),
      energyWh,
    });
    const metering = inMemoryMetering();
    const midnightMs = Date.parse("2025-03-01T16:00:00Z");
    metering.deliver([at("2025-03-01T10:00:00Z", 0), at("2025-03-01T15:00:00Z", 500)], context, midnightMs);
    metering.deliver([], context, midnightMs + 7 * 3_600_000, { closeBeforeMs: midnightMs + 3_600_000 });
    expect(metering.posted.map(usageRef)).toEqual(["usage:c1:2025-03-01"]);

    const late = [at("2025-03-01T15:30:00Z", 600), at("2025-03-01T16:30:00Z", 800)];
    metering.deliver(late, context, midnightMs + 8 * 3_600_000);
    expect(metering.posted.map(usageRef)).toEqual(["usage:c1:2025-03-01", "usage:c1:2025-03-01:1"]);
    expect(
      [...metering.accruals.values()].map(({ day, part, fromWh, lastWh }) => [day, part, fromWh, lastWh]),
    ).toEqual([
      ["2025-03-01", 0, 0, 500],
      ["2025-03-01", 1, 500, 700],
      ["2025-03-02", 0, 700, 800],
    ]);
  });

  it("keeps a jump uncharged until the register is plausible again", () => {
    const context = contextOf(plainScenario);
    const [first] = readingsOf(plainScenario).samples;
    if (!first) throw new Error("there is a first sample");
    const startMs = Date.parse(first.at);
    const at = (minutes: number, energyWh: number): Sample => ({
      ...first,
      at: new Date(startMs + minutes * 60_000).toISOString(),
      energyWh,
    });
    const metering = inMemoryMetering();
    const nowMs = startMs + 100 * 60_000;
    metering.deliver([at(0, 100), at(1, 110), at(2, 90_000), at(3, 90_010)], context, nowMs);
    const [accrual] = [...metering.accruals.values()];
    expect(accrual).toMatchObject({ lastWh: 110, suspect: { reason: "use-too-large", readingWh: 90_000 } });
    expect(metering.notices.map((notice) => notice.kind)).toEqual(["suspect", "suspect"]);
    metering.deliver([at(4, 150)], context, nowMs);
    expect([...metering.accruals.values()][0]).toMatchObject({ lastWh: 150, suspect: null });
    expect(metering.notices.at(-1)?.kind).toBe("settled");
  });
});
