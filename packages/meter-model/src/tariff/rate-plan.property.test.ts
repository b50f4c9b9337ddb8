import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localDayBounds } from "../time/wall-clock.ts";
import { demandAfter, QUARTER_MS } from "./demand.ts";
import { householdCost } from "./household-cost.ts";
import { costByHourOfWeek, ratePlan, rateProfile } from "./rate-plan.ts";
import { rateUse } from "./rate-use.ts";
import { calendarsAround, schemes } from "./testing/arbitrary-scheme.ts";

const DAY_MS = 96 * QUARTER_MS;
/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const numRuns = Number(process.env.HALLMETER_TEST_RUNS ?? 500);

/** A local day and the one after it around a change of the clock, and a use or none for each of their quarters. */
const profiles = fc
  .tuple(schemes, calendarsAround, fc.infiniteStream(fc.option(fc.nat({ max: 5000 }))))
  .map(([scheme, { calendar, day }, stream]) => {
    const { startMs, endMs } = localDayBounds(day, calendar.timeZone);
    const plan = ratePlan(scheme, calendar, { fromMs: startMs, toMs: endMs + DAY_MS });
    return { plan, profile: [...stream.take(plan.rateOf.length)] };
  });

describe("re-rating a profile", () => {
  it("costs what its quarters cost one by one", () => {
    fc.assert(
      fc.property(profiles, ({ plan, profile }) => {
        const { scheme, calendar } = plan;
        const uses = profile.map((wh, quarter) => {
          const fromMs = plan.fromMs + quarter * QUARTER_MS;
          return { fromMs, toMs: fromMs + QUARTER_MS, wh: wh ?? 0 };
        });
        const whByRate: Record<string, number> = {};
        let ratesNano = 0;
        for (const use of uses) {
          const rated = rateUse(scheme, calendar, use);
          ratesNano += rated.costNano;
          for (const [rateId, wh] of Object.entries(rated.whByRate))
            if (wh > 0) whByRate[rateId] = (whByRate[rateId] ?? 0) + wh;
        }
        const cost = rateProfile(plan, profile);
        expect(cost.whByRate).toEqual(whByRate);
        expect(cost.ratesNano).toBe(ratesNano);
        expect(cost.demandsNano).toBe(demandAfter(scheme, calendar, null, uses).costNano);

        const total = profile.reduce<number>((sum, wh) => sum + (wh ?? 0), 0);
        expect(cost.whByMonth.reduce((sum, wh) => sum + wh, 0)).toBe(total);
        const byHour = costByHourOfWeek(plan, profile);
        expect(byHour.wh.reduce((sum, wh) => sum + wh, 0)).toBe(total);
        expect(byHour.costNano.reduce((sum, nano) => sum + nano, 0)).toBe(ratesNano);

        const household = householdCost(plan, [profile, profile]);
        expect(household.netNano).toBe(
          2 * (ratesNano + cost.demandsNano) + plan.days.length * scheme.standingMicroPerDay * 1000,
        );
        expect(household.totalNano).toBe(household.netNano + household.taxNano);
      }),
      { numRuns },
    );
  });
});
