import { describe, expect, it } from "vitest";
import { compareWeeks, schemeDifferences } from "./compare-schemes.ts";
import { dayScheme, flatScheme, type TariffScheme } from "./scheme.ts";

const flat = flatScheme(600_000);
const halfHours = dayScheme(
  [
    { id: "low", name: "Low", priceMicroPerKWh: 300_000 },
    { id: "high", name: "High", priceMicroPerKWh: 900_001 },
  ],
  [
    { from: "00:00", to: "07:30", rateId: "low" },
    { from: "07:30", to: "24:00", rateId: "high" },
  ],
);
const twoSeasons: TariffScheme = {
  ...flat,
  dayTypes: [{ id: "fair", name: "Fair" }],
  seasons: [
    { id: "warm", name: "Warm", ranges: [{ from: "05-01", to: "09-30" }] },
    { id: "cold", name: "Cold", ranges: [{ from: "10-01", to: "04-30" }] },
  ],
  tables: [
    {
      seasonIds: ["warm", "cold"],
      dayTypeIds: ["workday", "rest-day", "holiday", "fair"],
      periods: [{ from: "00:00", to: "24:00", rateId: "flat" }],
    },
  ],
};

describe("differences of schemes", () => {
  it("are none between equal ones, whatever the order of rows", () => {
    const shuffled = { ...halfHours, rates: [...halfHours.rates].reverse() };
    expect(schemeDifferences(halfHours, shuffled)).toEqual([]);
  });

  it("name what came, what went and what changed", () => {
    const dearer: TariffScheme = {
      ...flat,
      rates: [{ id: "flat", name: "All day", priceMicroPerKWh: 650_000 }],
      blocks: { by: "year", steps: [{ aboveWh: 5, surchargeMicroPerKWh: 7 }], carry: "unlimited" },
    };
    expect(schemeDifferences(flat, dearer)).toEqual([
      { path: "rates.flat.priceMicroPerKWh", before: 600_000, after: 650_000 },
      { path: "blocks.by", before: null, after: "year" },
      { path: "blocks.carry", before: null, after: "unlimited" },
      { path: "blocks.steps.1.aboveWh", before: null, after: 5 },
      { path: "blocks.steps.1.surchargeMicroPerKWh", before: null, after: 7 },
    ]);
    expect(schemeDifferences(dearer, flat)[0]).toEqual({
      path: "rates.flat.priceMicroPerKWh",
      before: 650_000,
      after: 600_000,
    });
  });
});

describe("weeks of schemes", () => {
  it("show mean prices of every hour", () => {
    const [week] = compareWeeks(flat, halfHours, [6, 7]);
    expect(week?.ranges).toEqual([{ from: "01-01", to: "12-31" }]);
    expect(week?.hoursOfWeek).toHaveLength(168);
    // Tuesday 07:00–08:00: half and half of 0.300000 and 0.900001.
    expect(week?.hoursOfWeek[24 + 7]).toEqual({ beforeMicroPerKWh: 600_000, afterMicroPerKWh: 600_001 });
    expect(week?.hoursOfWeek[24 + 8]).toEqual({ beforeMicroPerKWh: 600_000, afterMicroPerKWh: 900_001 });
  });

  it("stand apart for each pair of seasons, with days that only one knows", () => {
    const weeks = compareWeeks(flat, twoSeasons, [6, 7]);
    expect(weeks.map(({ afterSeasonId, ranges }) => ({ afterSeasonId, ranges }))).toEqual([
      {
        afterSeasonId: "cold",
        ranges: [
          { from: "01-01", to: "04-30" },
          { from: "10-01", to: "12-31" },
        ],
      },
      { afterSeasonId: "warm", ranges: [{ from: "05-01", to: "09-30" }] },
    ]);
    expect(weeks[0]?.specialDays.map(({ dayTypeId }) => dayTypeId)).toEqual(["holiday", "fair"]);
    expect(weeks[0]?.specialDays[1]?.hours[0]).toEqual({
      beforeMicroPerKWh: 600_000,
      afterMicroPerKWh: 600_000,
    });
  });
});
