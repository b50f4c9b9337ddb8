import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localDayBounds } from "../time/wall-clock.ts";
import { rateSpans, rateUse, takeMicro } from "./rate-use.ts";
import { type Tariff, tariffSchema } from "./tariff.ts";

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/** Any tariff: up to 8 rates, up to 12 periods, boundaries at any minute. */
const tariffs: fc.Arbitrary<Tariff> = fc
  .record({
    prices: fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 1, maxLength: 8 }),
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: 1439 }), { maxLength: 11 }),
    picks: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
  })
  .map(({ prices, cuts, picks }) => {
    const edges = [0, ...cuts.sort((a, b) => a - b), 1440];
    return tariffSchema.parse({
      schemeVersion: 1,
      rates: prices.map((priceMicroPerKWh, index) => ({
        id: `r${index}`,
        name: `R${index}`,
        priceMicroPerKWh,
      })),
      periods: edges.slice(1).map((to, index) => ({
        from: clock(edges[index] ?? 0),
        to: clock(to),
        rateId: `r${(picks[index] ?? 0) % prices.length}`,
      })),
    });
  });
const zones = fc.constantFrom("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe");
/** Three instants within three days around one of the changes of 2025 in either hemisphere, at any millisecond. */
const threeInstants = fc
  .tuple(
    fc.constantFrom("2025-03-09", "2025-03-30", "2025-04-06", "2025-10-05", "2025-10-26", "2025-11-02"),
    fc.array(fc.integer({ min: -86_400_000, max: 2 * 86_400_000 }), { minLength: 3, maxLength: 3 }),
  )
  .map(([day, offsets]) =>
    offsets.map((offset) => Date.parse(`${day}T00:00:00Z`) + offset).sort((a, b) => a - b),
  );
const energies = fc.integer({ min: 0, max: 10_000_000 });
const total = (byRate: Record<string, number>) => Object.values(byRate).reduce((sum, wh) => sum + wh, 0);

describe("rating", () => {
  it("neither loses nor invents a Wh, and its cost is exact", () => {
    fc.assert(
      fc.property(tariffs, zones, threeInstants, energies, (tariff, zone, times, wh) => {
        const [from = 0, to = 0] = times;
        const rated = rateUse(tariff, zone, from, to, wh);
        expect(total(rated.whByRate)).toBe(wh);
        expect(Object.values(rated.whByRate).every((part) => part >= 0)).toBe(true);
        const cost = tariff.rates.reduce(
          (sum, rate) => sum + BigInt(rated.whByRate[rate.id] ?? 0) * BigInt(rate.priceMicroPerKWh),
          0n,
        );
        expect(BigInt(rated.costNano)).toBe(cost);
      }),
    );
  });

  it("is additive: what was read in between changes no Wh of the whole", () => {
    fc.assert(
      fc.property(tariffs, zones, threeInstants, energies, energies, (tariff, zone, times, first, second) => {
        const [a = 0, b = 0, c = 0] = times;
        const left = rateUse(tariff, zone, a, b, first);
        const right = rateUse(tariff, zone, b, c, second);
        const whole = rateUse(tariff, zone, a, c, first + second);
        expect(total(left.whByRate) + total(right.whByRate)).toBe(total(whole.whByRate));
        if (tariff.rates.length === 1) expect(left.costNano + right.costNano).toBe(whole.costNano);
      }),
    );
  });

  it("covers the time once, in order, and agrees with itself however it is cut", () => {
    fc.assert(
      fc.property(tariffs, zones, threeInstants, (tariff, zone, times) => {
        const [a = 0, b = 0, c = 0] = times;
        const whole = rateSpans(tariff, zone, a, c);
        expect(whole[0]?.fromMs).toBe(a);
        expect(whole.at(-1)?.toMs).toBe(c);
        whole.slice(1).forEach((span, index) => {
          expect(span.fromMs).toBe(whole[index]?.toMs);
          expect(span.rateId).not.toBe(whole[index]?.rateId);
        });
        const lengthByRate = (spans: typeof whole) => {
          const sums: Record<string, number> = {};
          for (const span of spans) sums[span.rateId] = (sums[span.rateId] ?? 0) + span.toMs - span.fromMs;
          return Object.fromEntries(Object.entries(sums).filter(([, length]) => length > 0));
        };
        expect(lengthByRate([...rateSpans(tariff, zone, a, b), ...rateSpans(tariff, zone, b, c)])).toEqual(
          lengthByRate(whole),
        );
      }),
    );
  });

  it("carries remainders without losing any", () => {
    fc.assert(
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

  it("splits a day evenly used in proportion to its hours of each rate", () => {
    fc.assert(
      fc.property(
        tariffs,
        zones,
        fc.constantFrom("2025-03-30", "2025-10-26", "2025-11-02"),
        (tariff, zone, day) => {
          const { startMs, endMs } = localDayBounds(day, zone);
          const minutes = (endMs - startMs) / 60_000;
          const rated = rateUse(tariff, zone, startMs, endMs, minutes);
          for (const [rateId, wh] of Object.entries(rated.whByRate)) {
            const lasted = rateSpans(tariff, zone, startMs, endMs)
              .filter((span) => span.rateId === rateId)
              .reduce((sum, span) => sum + (span.toMs - span.fromMs) / 60_000, 0);
            expect(wh).toBe(lasted);
          }
        },
      ),
    );
  });
});
