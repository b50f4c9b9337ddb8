import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localDayBounds } from "../time/wall-clock.ts";
import { blockPeriodOf, blockStartWh, blockSurchargeNano } from "./blocks.ts";
import { type DemandState, demandAfter } from "./demand.ts";
import { rateSpans, rateUse, type TimedUse, takeMicro } from "./rate-use.ts";
import { standingNano, taxNano } from "./standing-and-tax.ts";
import { calendarsAround, schemes } from "./testing/arbitrary-scheme.ts";
import { slowBlockSurcharge, slowDemands, slowRateUse } from "./testing/slow-model.ts";

const HOUR_MS = 3_600_000;
/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const numRuns = Number(process.env.HALLMETER_TEST_RUNS ?? 500);
const check = <T>(property: fc.IPropertyWithHooks<T>) => fc.assert(property, { numRuns });

/** Instants at any millisecond within a day before and after the day's noon, in order. */
const instantsAround = (day: string, count: number) =>
  fc
    .array(fc.integer({ min: -24 * HOUR_MS, max: 24 * HOUR_MS }), { minLength: count, maxLength: count })
    .map((offsets) => offsets.map((offset) => Date.parse(`${day}T12:00:00Z`) + offset).sort((a, b) => a - b));
const energies = fc.integer({ min: 0, max: 10_000_000 });
const total = (byRate: Record<string, number>) => Object.values(byRate).reduce((sum, wh) => sum + wh, 0);

/** A scheme, a calendar, and a series of uses one after another across a change. */
const series = (count: number) =>
  fc.tuple(schemes, calendarsAround).chain(([scheme, { calendar, day }]) =>
    fc.record({
      scheme: fc.constant(scheme),
      calendar: fc.constant(calendar),
      uses: fc
        .tuple(instantsAround(day, count + 1), fc.array(energies, { minLength: count, maxLength: count }))
        .map(([times, whs]) =>
          whs.map(
            (wh, index): TimedUse => ({
              fromMs: times[index] ?? 0,
              toMs: times[index + 1] ?? 0,
              wh,
            }),
          ),
        ),
    }),
  );

describe("rating agrees with a walk minute by minute", () => {
  it("on Wh by rate and cost", () => {
    check(
      fc.property(series(1), ({ scheme, calendar, uses: [use] }) => {
        if (use === undefined) return;
        const rated = rateUse(scheme, calendar, use);
        const slow = slowRateUse(scheme, calendar, use);
        const used = Object.entries(rated.whByRate).filter(([, wh]) => wh > 0);
        expect(Object.fromEntries(used.map(([rateId, wh]) => [rateId, BigInt(wh)]))).toEqual(slow.whByRate);
        expect(BigInt(rated.costNano)).toBe(slow.costNano);
      }),
    );
  });

  it("on maximum demands, however the uses are given", () => {
    check(
      fc.property(series(6), fc.nat(), ({ scheme, calendar, uses }, pick) => {
        const whole = demandAfter(scheme, calendar, null, uses);
        const slow = slowDemands(scheme, calendar, uses);
        expect(BigInt(whole.costNano)).toBe(slow.costNano);
        for (const [demandId, powerW] of Object.entries(whole.state?.maximaW ?? {}))
          expect(BigInt(powerW)).toBe(slow.maxima.get(`${demandId} ${whole.state?.month}`));

        const cut = pick % uses.length;
        const first = demandAfter(scheme, calendar, null, uses.slice(0, cut));
        const kept = JSON.parse(JSON.stringify(first.state)) as DemandState | null;
        const second = demandAfter(scheme, calendar, kept, uses.slice(cut));
        expect(second.state).toEqual(whole.state);
        expect(first.costNano + second.costNano).toBe(whole.costNano);
      }),
    );
  });

  it("on blocks, Wh by Wh", () => {
    const steps = fc
      .uniqueArray(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 })
      .chain((limits) =>
        fc.tuple(
          ...limits
            .sort((a, b) => a - b)
            .map((aboveWh) =>
              fc.record({ aboveWh: fc.constant(aboveWh), surchargeMicroPerKWh: fc.nat({ max: 2_000_000 }) }),
            ),
        ),
      )
      .map((list) => ({ blocks: { by: "month" as const, steps: [...list], carry: "none" as const } }));
    const counts = fc.integer({ min: -1000, max: 4000 });
    check(
      fc.property(steps, counts, fc.nat({ max: 2000 }), fc.nat({ max: 2000 }), (terms, before, wh, more) => {
        const first = blockSurchargeNano(terms, before, wh);
        const second = blockSurchargeNano(terms, before + wh, more);
        expect(BigInt(first)).toBe(slowBlockSurcharge(terms, before, wh));
        expect(first + second).toBe(blockSurchargeNano(terms, before, wh + more));
      }),
    );
  });

  it("on tax: that of the sum, whatever the parts", () => {
    const nets = fc.array(fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 }));
    check(
      fc.property(fc.nat({ max: 1_000_000 }), nets, (taxPpm, amounts) => {
        let carry = 0;
        let sum = 0n;
        for (const netNano of amounts) {
          const taxed = taxNano({ taxPpm }, netNano, carry);
          carry = taxed.carryOut;
          sum += BigInt(taxed.taxNano);
          expect(carry >= 0 && carry < 1_000_000 && Number.isInteger(carry)).toBe(true);
        }
        const exact = amounts.reduce((all, netNano) => all + BigInt(netNano), 0n) * BigInt(taxPpm);
        expect(sum * 1_000_000n + BigInt(carry)).toBe(exact);
      }),
    );
  });
});

describe("rating", () => {
  it("neither loses nor invents a Wh, also where it was read in between", () => {
    check(
      fc.property(series(2), ({ scheme, calendar, uses: [left, right] }) => {
        if (left === undefined || right === undefined) return;
        for (const use of [left, right]) {
          const { whByRate } = rateUse(scheme, calendar, use);
          expect(total(whByRate)).toBe(use.wh);
          expect(Object.values(whByRate).every((part) => part >= 0)).toBe(true);
        }
        const whole = { fromMs: left.fromMs, toMs: right.toMs, wh: left.wh + right.wh };
        expect(total(rateUse(scheme, calendar, whole).whByRate)).toBe(whole.wh);
      }),
    );
  });

  it("covers the time once, in order, and agrees with itself however it is cut", () => {
    check(
      fc.property(series(2), ({ scheme, calendar, uses: [left, right] }) => {
        if (left === undefined || right === undefined) return;
        const whole = rateSpans(scheme, calendar, left.fromMs, right.toMs);
        expect(whole[0]?.fromMs).toBe(left.fromMs);
        expect(whole.at(-1)?.toMs).toBe(right.toMs);
        whole.slice(1).forEach((span, index) => {
          expect(span.fromMs).toBe(whole[index]?.toMs);
          expect(span.rateId).not.toBe(whole[index]?.rateId);
        });
        const lengthByRate = (spans: typeof whole) => {
          const sums: Record<string, number> = {};
          for (const span of spans) sums[span.rateId] = (sums[span.rateId] ?? 0) + span.toMs - span.fromMs;
          return Object.fromEntries(Object.entries(sums).filter(([, length]) => length > 0));
        };
        const halves = [left, right].flatMap(({ fromMs, toMs }) => rateSpans(scheme, calendar, fromMs, toMs));
        expect(lengthByRate(halves)).toEqual(lengthByRate(whole));
      }),
    );
  });

  it("splits a day evenly used in proportion to its minutes of each rate", () => {
    check(
      fc.property(schemes, calendarsAround, (scheme, { calendar, day }) => {
        const { startMs, endMs } = localDayBounds(day, calendar.timeZone);
        const use = { fromMs: startMs, toMs: endMs, wh: (endMs - startMs) / 60_000 };
        for (const [rateId, wh] of Object.entries(rateUse(scheme, calendar, use).whByRate)) {
          const lasted = rateSpans(scheme, calendar, startMs, endMs)
            .filter((span) => span.rateId === rateId)
            .reduce((sum, span) => sum + (span.toMs - span.fromMs) / 60_000, 0);
          expect(wh).toBe(lasted);
        }
      }),
    );
  });

  it("carries remainders without losing any", () => {
    check(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000_000 })), (costs) => {
        let carried = 0;
        let micro = 0;
        for (const cost of costs) {
          const taken = takeMicro(carried + cost);
          micro += taken.micro;
          carried = taken.remainderNano;
        }
        expect(micro * 1000 + carried).toBe(costs.reduce((sum, cost) => sum + cost, 0));
        expect(carried).toBeLessThan(1000);
      }),
    );
  });
});

describe("allowance of a block", () => {
  it("carried without end is never lost: with use below it, the count is what was used less what was allowed", () => {
    const months = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 30 });
    check(
      fc.property(months, fc.nat({ max: 11 }), (used, firstMonth) => {
        const blocks = {
          by: "month" as const,
          steps: [{ aboveWh: 1000, surchargeMicroPerKWh: 1 }],
          carry: "unlimited" as const,
        };
        let count: { period: string; wh: number } | null = null;
        used.forEach((wh, index) => {
          const day = new Date(Date.UTC(2024, firstMonth + index, 15)).toISOString().slice(0, 10);
          const period = blockPeriodOf({ blocks }, day) ?? "";
          count = { period, wh: blockStartWh({ blocks }, count, period) + wh };
        });
        const sum = used.reduce((all, wh) => all + wh, 0);
        expect(count).toMatchObject({ wh: sum - 1000 * (used.length - 1) });
      }),
    );
  });
});

describe("standing charge", () => {
  it("is a whole number of 10⁻⁹", () => {
    check(
      fc.property(schemes, (scheme) => {
        expect(standingNano(scheme)).toBe(scheme.standingMicroPerDay * 1000);
      }),
    );
  });
});
