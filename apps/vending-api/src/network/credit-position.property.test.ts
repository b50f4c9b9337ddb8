import {
  creditEstimateMicro,
  creditPositionSchema,
  type EnergyPoint,
  type Sample,
  type TariffCalendar,
  type TariffScheme,
} from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Lot } from "../ledger/lots.ts";
import { type Standing, settleBehind } from "../ledger/settle-use.ts";
import { balanceOf, headsOf, type LiveBalance, unsettled } from "../rating/live-balance.ts";
import type { MeteringContext } from "../rating/metering-context.ts";
import { ratedUseOf } from "../rating/post-usage.ts";
import { drawnScheme } from "../rating/testing/drawn-scheme.ts";
import { idleSample } from "../rating/testing/idle-sample.ts";
import { inMemoryMetering } from "../rating/testing/in-memory-metering.ts";
import { creditPositionOf } from "./credit-position.ts";

/** 120 in every test run; `HALLMETER_TEST_RUNS=10000` for the long one. */
const ESTIMATES = Number(process.env.HALLMETER_TEST_RUNS ?? 120);
const CURRENCY = "EUR";
const NANO_PER_MINOR = 10_000_000;
const ZONE = "Europe/Berlin";
const CALENDAR: TariffCalendar = { timeZone: ZONE, restWeekdays: [6, 7], holidays: [], namedDays: {} };
const CIRCUITS = ["c1", "c2"];
const HOUR_MS = 3_600_000;

const scenario = fc.record({
  // The clock changes, or a month with its blocks ends.
  start: fc.constantFrom("2026-03-28T18:00:00Z", "2026-10-24T18:00:00Z", "2026-11-29T18:00:00Z"),
  schemes: fc.tuple(drawnScheme, drawnScheme),
  changeAfterMs: fc.integer({ min: 1, max: 72 }).map((hours) => hours * HOUR_MS),
  freeWh: fc.integer({ min: 0, max: 20_000 }),
  grantedMinor: fc.integer({ min: 0, max: 500 }),
  boughtMinor: fc.integer({ min: 0, max: 5000 }),
  steps: fc.array(
    fc.record({
      circuit: fc.integer({ min: 0, max: 1 }),
      afterMs: fc.integer({ min: 1, max: 12 * 60 }).map((minutes) => minutes * 60_000),
      wh: fc.integer({ min: 0, max: 4000 }),
    }),
    { minLength: 1, maxLength: 16 },
  ),
  /** After so many of the steps the gateway hears from the server for the last time. */
  heardAfter: fc.nat(),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** The server of one household, without a store. */
class Server {
  readonly #context: Omit<MeteringContext, "circuitId">;
  readonly #versions;
  readonly #meters = CIRCUITS.map((circuitId) => ({ circuitId, metering: inMemoryMetering(), posted: 0 }));
  #standing: Standing;

  constructor(drawn: Scenario) {
    const lot = (grantId: string, commodity: string, remaining: number): Lot[] =>
      remaining === 0 ? [] : [{ grantId, commodity, remaining, expiresAt: null }];
    const lots = [...lot("g1", CURRENCY, drawn.grantedMinor), ...lot("g2", "Wh", drawn.freeWh)];
    this.#standing = {
      balance: { [CURRENCY]: drawn.boughtMinor + drawn.grantedMinor, Wh: drawn.freeWh },
      state: { lots, carryNano: 0, taxCarryFemto: 0, blocks: [] },
    };
    const changeAt = new Date(Date.parse(drawn.start) + drawn.changeAfterMs);
    this.#versions = [
      { number: 1, effectiveFrom: new Date(0), tariff: drawn.schemes[0] },
      { number: 2, effectiveFrom: changeAt, tariff: drawn.schemes[1] },
    ];
    this.#context = {
      siteId: "s1",
      timeZone: ZONE,
      calendar: CALENDAR,
      household: { id: "h1", tariffId: "t1", tariffVersions: this.#versions },
      currency: CURRENCY,
      nanoPerMinor: NANO_PER_MINOR,
      ratingW: 1_000_000,
      registerStepWh: 1,
      energyModulusWh: 42_949_672_960,
    };
  }

  take(sample: Sample): void {
    const meter = this.#meters.find(({ circuitId }) => circuitId === sample.circuitId);
    if (!meter) return;
    const context = { ...this.#context, circuitId: meter.circuitId };
    meter.metering.deliver([sample], context, Date.parse(sample.at));
    for (const accrual of meter.metering.posted.slice(meter.posted)) {
      const use = ratedUseOf(accrual);
      if (use) this.#standing = settleBehind(this.#standing, use).standing;
    }
    meter.posted = meter.metering.posted.length;
  }

  balance(): LiveBalance {
    const living = this.#meters.flatMap(({ metering }) =>
      [...metering.accruals.values()].filter(({ state }) => state !== "done").slice(-1),
    );
    const money = { currency: CURRENCY, nanoPerMinor: NANO_PER_MINOR };
    const open = unsettled(living, new Set()) ?? [];
    return { seq: 1, heads: headsOf(living), ...balanceOf(this.#standing, open, money) };
  }

  position(nowMs: number) {
    return creditPositionSchema.parse(
      JSON.parse(
        JSON.stringify(
          creditPositionOf({
            household: { _id: "h1", cutMinor: 0, releaseMinor: 0 },
            site: { currencyDigits: 2, timeZone: ZONE },
            versions: this.#versions,
            balance: this.balance(),
            revision: 1,
            now: new Date(nowMs),
          }),
        ),
      ),
    );
  }
}

describe("the gateway's estimate of what is left", () => {
  it(
    "is never below the server's balance, and above it by no more than it says",
    () => {
      fc.assert(
        fc.property(scenario, (drawn) => {
          const server = new Server(drawn);
          const startMs = Date.parse(drawn.start);
          const points = new Map<string, EnergyPoint[]>(
            CIRCUITS.map((circuitId) => [circuitId, [{ atMs: startMs, energyWh: 1000 }]]),
          );
          for (const circuitId of CIRCUITS) server.take(idleSample(circuitId, startMs, 1000));
          const heardAfter = drawn.heardAfter % drawn.steps.length;
          let nowMs = startMs;
          let position = server.position(nowMs);
          let demandBase = 0;
          for (const [index, { circuit, afterMs, wh }] of drawn.steps.entries()) {
            if (index === heardAfter) {
              position = server.position(nowMs);
              demandBase = index;
            }
            const circuitId = CIRCUITS[circuit] ?? "c1";
            const own = points.get(circuitId) ?? [];
            nowMs += afterMs;
            const energyWh = (own.at(-1)?.energyWh ?? 0) + wh;
            own.push({ atMs: nowMs, energyWh });
            server.take(idleSample(circuitId, nowMs, energyWh));
            if (index < heardAfter) continue;

            const uses = [...points].map(([id, seen]) => ({ circuitId: id, points: seen }));
            const estimateMicro = creditEstimateMicro(position, uses, CALENDAR);
            const balanceNano = server.balance().liveNano;
            expect(estimateMicro * 1000).toBeGreaterThanOrEqual(balanceNano);
            const used = drawn.steps.slice(demandBase, index + 1);
            expect(estimateMicro * 1000 - balanceNano).toBeLessThanOrEqual(mostLateNano(drawn, used));
          }
        }),
        { numRuns: ESTIMATES },
      );
    },
    ESTIMATES * 500,
  );

  it("is the server's balance to the millionth where there is one price, one tax and no demand", () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const [first] = drawn.schemes;
        const plain: TariffScheme = {
          ...first,
          rates: first.rates.map((rate) => ({ ...rate, priceMicroPerKWh: 600_000 })),
          blocks: null,
          demands: [],
          taxPpm: 250_000,
        };
        const server = new Server({ ...drawn, schemes: [plain, plain] });
        const startMs = Date.parse(drawn.start);
        for (const circuitId of CIRCUITS) server.take(idleSample(circuitId, startMs, 1000));
        const position = server.position(startMs);
        const own = [{ atMs: startMs, energyWh: 1000 }];
        for (const { afterMs, wh } of drawn.steps) {
          const last = own.at(-1);
          if (!last) continue;
          own.push({ atMs: last.atMs + afterMs, energyWh: last.energyWh + wh });
          server.take(idleSample("c1", last.atMs + afterMs, last.energyWh + wh));
          const estimate = creditEstimateMicro(position, [{ circuitId: "c1", points: own }], CALENDAR);
          expect(estimate).toBe(Math.ceil(server.balance().liveNano / 1000));
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** Free energy on another use, thinned points, blocks of later versions or across a boundary, and demand, each with tax. */
function mostLateNano({ schemes, freeWh }: Scenario, used: Scenario["steps"]): number {
  const prices = schemes.flatMap(({ rates }) => rates.map((rate) => rate.priceMicroPerKWh));
  const spread = Math.max(...prices) - Math.min(...prices);
  const usedWh = used.reduce((sum, { wh }) => sum + wh, 0);
  const surcharge = Math.max(
    ...schemes.map(({ blocks }) =>
      (blocks?.steps ?? []).reduce((sum, step) => sum + step.surchargeMicroPerKWh, 0),
    ),
  );
  const demand = Math.max(...schemes.map(({ demands }) => demands[0]?.priceMicroPerKW ?? 0));
  const mostNet = (usedWh + freeWh) * spread + usedWh * (surcharge + 2 * demand);
  const tax = Math.max(...schemes.map(({ taxPpm }) => taxPpm)) / 1_000_000;
  return Math.ceil(mostNet * (1 + tax)) + freeWh + 10_000;
}
