/** Cases reckoned by hand. Hours of days of change are counted from the clocks' changes as the tz database has them. */
import { describe, expect, it } from "vitest";
import { blockPeriodOf, blockStartWh, blockSurchargeNano } from "./blocks.ts";
import { demandAfter } from "./demand.ts";
import { householdCost } from "./household-cost.ts";
import { ratePlan } from "./rate-plan.ts";
import { microPerMinor, rateUse } from "./rate-use.ts";
import { dayScheme, flatScheme, type Season, type TariffScheme } from "./scheme.ts";
import { taxNano } from "./standing-and-tax.ts";
import type { TariffCalendar } from "./tariff-calendar.ts";

const at = (iso: string) => Date.parse(iso);
const calendarIn = (timeZone: string, change: Partial<TariffCalendar> = {}): TariffCalendar => ({
  timeZone,
  restWeekdays: [6, 7],
  holidays: [],
  namedDays: {},
  ...change,
});
const DAY = { id: "day", name: "Day", priceMicroPerKWh: 680_000 };
const NIGHT = { id: "night", name: "Night", priceMicroPerKWh: 350_000 };
const allDay = (rateId: string) => [{ from: "00:00", to: "24:00", rateId }];
const dayAndNight = dayScheme(
  [DAY, NIGHT],
  [
    { from: "00:00", to: "07:00", rateId: "night" },
    { from: "07:00", to: "23:00", rateId: "day" },
    { from: "23:00", to: "24:00", rateId: "night" },
  ],
);
/** Day's price in the first season, night's in the other. */
function bySeason(first: Season["ranges"], other: Season["ranges"]): TariffScheme {
  const dayTypeIds = ["workday", "rest-day", "holiday"];
  return {
    ...dayAndNight,
    seasons: [
      { id: "first", name: "First", ranges: first },
      { id: "other", name: "Other", ranges: other },
    ],
    tables: [
      { seasonIds: ["first"], dayTypeIds, periods: allDay("day") },
      { seasonIds: ["other"], dayTypeIds, periods: allDay("night") },
    ],
  };
}

describe("days of change", () => {
  it.each([
    // 02:00 → 03:00; 03:00 → 02:00.
    { zone: "Europe/Berlin", from: "2025-03-29T23:00Z", to: "2025-03-30T22:00Z", night: 7, day: 16 },
    { zone: "Europe/Berlin", from: "2025-10-25T22:00Z", to: "2025-10-26T23:00Z", night: 9, day: 16 },
    // 00:00 → 01:00: the day begins at 01:00.
    { zone: "Asia/Beirut", from: "2025-03-29T22:00Z", to: "2025-03-30T21:00Z", night: 7, day: 16 },
    { zone: "Africa/Cairo", from: "2025-04-24T22:00Z", to: "2025-04-25T21:00Z", night: 7, day: 16 },
    { zone: "America/Asuncion", from: "2024-10-06T04:00Z", to: "2024-10-07T03:00Z", night: 7, day: 16 },
    // 24:00 → 23:00: the last hour comes twice.
    { zone: "Asia/Beirut", from: "2025-10-24T21:00Z", to: "2025-10-25T22:00Z", night: 9, day: 16 },
    { zone: "Africa/Cairo", from: "2025-10-29T21:00Z", to: "2025-10-30T22:00Z", night: 9, day: 16 },
    { zone: "America/Asuncion", from: "2024-03-23T03:00Z", to: "2024-03-24T04:00Z", night: 9, day: 16 },
    // 02:00 → 01:30, by half an hour: 24.5 hours.
    { zone: "Australia/Lord_Howe", from: "2025-04-05T13:00Z", to: "2025-04-06T13:30Z", night: 8.5, day: 16 },
  ])("have $night night hours and $day day hours in $zone from $from", ({ zone, from, to, night, day }) => {
    const use = { fromMs: at(from), toMs: at(to), wh: (night + day) * 1000 };
    expect(rateUse(dayAndNight, calendarIn(zone), use)).toEqual({
      whByRate: { night: night * 1000, day: day * 1000 },
      costNano: night * 350_000_000 + day * 680_000_000,
    });
  });

  it("change season, kind of day and price at the first instant of a day that begins at 01:00", () => {
    const scheme = bySeason([{ from: "03-30", to: "10-25" }], [{ from: "10-26", to: "03-29" }]);
    // Half an hour of Saturday from 23:30, half an hour of Sunday from 01:00.
    const use = { fromMs: at("2025-03-29T21:30Z"), toMs: at("2025-03-29T22:30Z"), wh: 1000 };
    expect(rateUse(scheme, calendarIn("Asia/Beirut"), use).whByRate).toEqual({ night: 500, day: 500 });
  });
});

describe("kinds of day", () => {
  const scheme: TariffScheme = {
    ...dayAndNight,
    rates: [DAY, NIGHT, { id: "feast", name: "Feast", priceMicroPerKWh: 1 }],
    dayTypes: [{ id: "exam-day", name: "Examinations" }],
    tables: [
      { seasonIds: ["year"], dayTypeIds: ["workday"], periods: allDay("day") },
      { seasonIds: ["year"], dayTypeIds: ["rest-day", "holiday"], periods: allDay("night") },
      { seasonIds: ["year"], dayTypeIds: ["exam-day"], periods: allDay("feast") },
    ],
  };
  const calendar = calendarIn("Asia/Shanghai", {
    holidays: ["2025-10-01", "2025-10-02"],
    namedDays: { "2025-10-02": "exam-day", "2025-10-03": "another tariff's" },
  });
  it.each([
    ["2025-09-30", "a Tuesday", "day"],
    ["2025-10-01", "a holiday on a Wednesday", "night"],
    ["2025-10-02", "a named day that is a holiday too", "feast"],
    ["2025-10-03", "a Friday with a name that this tariff does not know", "day"],
    ["2025-10-04", "a Saturday", "night"],
  ])("%s is %s", (day, _, rateId) => {
    const fromMs = at(`${day}T00:00+08:00`);
    const use = { fromMs, toMs: fromMs + 86_400_000, wh: 24 };
    expect(rateUse(scheme, calendar, use).whByRate).toEqual({ [rateId]: 24 });
  });
});

describe("the calendar's edges", () => {
  const utc = calendarIn("UTC");

  it("29 February has its own season, and 1 March follows 28 February in other years", () => {
    const scheme = bySeason([{ from: "02-29", to: "11-30" }], [{ from: "12-01", to: "02-28" }]);
    const leap = { fromMs: at("2024-02-28T23:00Z"), toMs: at("2024-02-29T01:00Z"), wh: 200 };
    expect(rateUse(scheme, utc, leap).whByRate).toEqual({ night: 100, day: 100 });
    const common = { fromMs: at("2025-02-28T23:00Z"), toMs: at("2025-03-01T01:00Z"), wh: 200 };
    expect(rateUse(scheme, utc, common).whByRate).toEqual({ night: 100, day: 100 });
  });

  it("a season goes over the year's end, blocks and maxima do not", () => {
    const scheme: TariffScheme = {
      ...bySeason([{ from: "11-01", to: "03-31" }], [{ from: "04-01", to: "10-31" }]),
      blocks: { by: "year", steps: [{ aboveWh: 900, surchargeMicroPerKWh: 1_000_000 }], carry: "none" },
      demands: [
        {
          id: "peak",
          name: "Peak",
          rateId: null,
          windowMinutes: 15,
          mode: "fixed",
          priceMicroPerKW: 1_000_000,
        },
      ],
    };
    // 1,000 Wh a quarter from 23:00 on New Year's Eve to 01:00.
    const span = { fromMs: at("2024-12-31T23:00Z"), toMs: at("2025-01-01T01:00Z") };
    const cost = householdCost(ratePlan(scheme, utc, span), [new Array<number>(8).fill(1000)]);
    expect(cost).toMatchObject({
      rates: [
        { rateId: "day", wh: 8000 },
        { rateId: "night", wh: 0 },
      ],
      blocks: [
        { period: "2024", wh: 4000, surchargeNano: 3100 * 1_000_000 },
        { period: "2025", wh: 4000, surchargeNano: 3100 * 1_000_000 },
      ],
      demands: [
        { month: "2024-12", maximumW: 4000, costNano: 4000 * 1_000_000 },
        { month: "2025-01", maximumW: 4000, costNano: 4000 * 1_000_000 },
      ],
      standing: { days: 2 },
    });
  });
});

describe("blocks", () => {
  const terms = (carry: "none" | "within-year" | "unlimited") => ({
    blocks: {
      by: "month" as const,
      steps: [
        { aboveWh: 100_000, surchargeMicroPerKWh: 200_000 },
        { aboveWh: 150_000, surchargeMicroPerKWh: 300_000 },
      ],
      carry,
    },
  });

  it("split an interval at the limit that lies inside it", () => {
    // 500 of 1,000 Wh are above 100 kWh.
    expect(blockSurchargeNano(terms("none"), 99_500, 1000)).toBe(500 * 200_000);
    // 60 kWh from 95 kWh: 55 above the first step, 5 of them above the second too.
    expect(blockSurchargeNano(terms("none"), 95_000, 60_000)).toBe(55_000 * 200_000 + 5000 * 300_000);
    expect(blockSurchargeNano({ blocks: null }, 95_000, 60_000)).toBe(0);
  });

  it.each([
    { carry: "none", previous: { period: "2025-11", wh: 70_000 }, period: "2025-12", startWh: 0 },
    { carry: "unlimited", previous: { period: "2025-11", wh: 70_000 }, period: "2025-12", startWh: -30_000 },
    { carry: "unlimited", previous: { period: "2025-11", wh: 130_000 }, period: "2025-12", startWh: 0 },
    // November left 30 kWh, December all of its 100.
    { carry: "unlimited", previous: { period: "2025-11", wh: 70_000 }, period: "2026-01", startWh: -130_000 },
    {
      carry: "within-year",
      previous: { period: "2025-10", wh: 70_000 },
      period: "2025-12",
      startWh: -130_000,
    },
    { carry: "within-year", previous: { period: "2025-11", wh: 70_000 }, period: "2026-01", startWh: 0 },
    // January was not used.
    {
      carry: "within-year",
      previous: { period: "2025-11", wh: 70_000 },
      period: "2026-02",
      startWh: -100_000,
    },
    { carry: "unlimited", previous: null, period: "2026-02", startWh: 0 },
    // Counted by the year before: another count.
    { carry: "unlimited", previous: { period: "2025", wh: 70_000 }, period: "2026-02", startWh: 0 },
    { carry: "none", previous: { period: "2026-02", wh: 70_000 }, period: "2026-02", startWh: 70_000 },
  ] as const)(
    "with carry $carry, $period begins at $startWh after $previous",
    ({ carry, previous, period, startWh }) => {
      expect(blockStartWh(terms(carry), previous, period)).toBe(startWh);
    },
  );

  it("count in the local month or year", () => {
    expect(blockPeriodOf(terms("none"), "2025-12-31")).toBe("2025-12");
    expect(blockPeriodOf({ blocks: { ...terms("none").blocks, by: "year" } }, "2025-12-31")).toBe("2025");
    expect(blockPeriodOf({ blocks: null }, "2025-12-31")).toBeNull();
  });
});

describe("maximum demand", () => {
  const demand = (mode: "fixed" | "sliding", windowMinutes: 15 | 30 | 60, rateId: string | null = null) => ({
    ...dayAndNight,
    demands: [{ id: "max", name: "Max", rateId, windowMinutes, mode, priceMicroPerKW: 2_000_000 }],
  });
  /** 500 Wh in each quarter from `first`. */
  const quarters = (first: string, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const fromMs = at(first) + index * 900_000;
      return { fromMs, toMs: fromMs + 900_000, wh: 500 };
    });

  it.each([
    // 23:30 to 00:30: the sliding hour holds all of it, the fixed ones half.
    { why: "across midnight", first: "2025-03-14T23:30Z", mode: "sliding", maximaW: [2000] },
    { why: "across midnight", first: "2025-03-14T23:30Z", mode: "fixed", maximaW: [1000] },
    // No window reaches across the month's beginning.
    {
      why: "across a month",
      first: "2025-03-31T23:30Z",
      mode: "sliding",
      maximaW: [1000, 1000],
    },
    { why: "within an hour", first: "2025-03-14T10:00Z", mode: "fixed", maximaW: [2000] },
  ] as const)("$why, $mode from $first", ({ first, mode, maximaW }) => {
    const scheme = demand(mode, 60);
    const { state, costNano } = demandAfter(scheme, calendarIn("UTC"), null, quarters(first, 4));
    expect(state?.maximaW).toEqual({ max: maximaW.at(-1) });
    expect(costNano).toBe(maximaW.reduce((sum: number, powerW) => sum + powerW * 2_000_000, 0));
  });

  it("costs a new maximum at once, and only by what it is higher", () => {
    const scheme = demand("fixed", 30);
    const [first, second, third, fourth] = quarters("2025-03-14T10:00Z", 4);
    if (!first || !second || !third || !fourth) throw new RangeError("four quarters");
    const costs: number[] = [];
    let state = null;
    for (const use of [first, second, third, { ...fourth, wh: 700 }]) {
      const after = demandAfter(scheme, calendarIn("UTC"), state, [use]);
      costs.push(after.costNano);
      state = after.state;
    }
    // 1.0 kW, then 2.0; the third quarter is below that; 500 + 700 Wh in half an hour are 2.4 kW.
    expect(costs).toEqual([1000, 1000, 0, 400].map((powerW) => powerW * 2_000_000));
  });

  it("counts one rate alone where it is for one", () => {
    // 22:45 day, 23:00 night.
    const uses = quarters("2025-03-14T22:30Z", 4);
    expect(demandAfter(demand("sliding", 60, "day"), calendarIn("UTC"), null, uses).state?.maximaW).toEqual({
      max: 1000,
    });
  });

  it("has two windows in the hour that comes twice", () => {
    // 23:00 to 24:00 in Beirut, twice.
    const uses = quarters("2025-10-25T20:00Z", 8);
    expect(demandAfter(demand("fixed", 60), calendarIn("Asia/Beirut"), null, uses).state?.maximaW).toEqual({
      max: 2000,
    });
  });
});

describe("money", () => {
  it("taxes without rounding: what does not fill 10⁻⁹ is carried", () => {
    const scheme = { taxPpm: 130_000 };
    expect(taxNano(scheme, 5, 0)).toEqual({ taxNano: 0, carryOut: 650_000 });
    expect(taxNano(scheme, 5, 650_000)).toEqual({ taxNano: 1, carryOut: 300_000 });
    expect(taxNano(scheme, -5, 0)).toEqual({ taxNano: -1, carryOut: 350_000 });
    expect(taxNano({ taxPpm: 1_000_000 }, 9_007_199_254_740_991, 0)).toEqual({
      taxNano: 9_007_199_254_740_991,
      carryOut: 0,
    });
  });

  it.each([
    // 1,234 Wh at 31.5 yen are 38.871 yen.
    { currency: "JPY", digits: 0, priceMicro: 31_500_000, minor: 38, restNano: 871_000_000 },
    // At 0.002 dinar, two fils: 2.468 fils.
    { currency: "KWD", digits: 3, priceMicro: 2000, minor: 2, restNano: 468_000 },
    { currency: "CNY", digits: 2, priceMicro: 548_300, minor: 67, restNano: 6_602_200 },
  ])("in $currency a minor unit has its digits", ({ digits, priceMicro, minor, restNano }) => {
    const use = { fromMs: 0, toMs: 900_000, wh: 1234 };
    const { costNano } = rateUse(flatScheme(priceMicro), calendarIn("UTC"), use);
    const nanoPerMinor = microPerMinor(digits) * 1000;
    expect([Math.floor(costNano / nanoPerMinor), costNano % nanoPerMinor]).toEqual([minor, restNano]);
  });
});
