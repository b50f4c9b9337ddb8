import { describe, expect, it } from "vitest";
import { type TariffScheme, tariffSchemeSchema } from "./scheme.ts";
import { tariffSchema, upgradeScheme } from "./scheme-v1.ts";

const valid: TariffScheme = {
  schemeVersion: 2,
  rates: [
    { id: "day", name: "Day", priceMicroPerKWh: 680_000 },
    { id: "night", name: "Night", priceMicroPerKWh: 350_000 },
  ],
  dayTypes: [{ id: "exam", name: "Examinations" }],
  seasons: [
    { id: "summer", name: "Summer", ranges: [{ from: "04-01", to: "09-30" }] },
    { id: "winter", name: "Winter", ranges: [{ from: "10-01", to: "03-31" }] },
  ],
  tables: [
    {
      seasonIds: ["summer", "winter"],
      dayTypeIds: ["workday"],
      periods: [
        { from: "00:00", to: "07:00", rateId: "night" },
        { from: "07:00", to: "24:00", rateId: "day" },
      ],
    },
    {
      seasonIds: ["summer", "winter"],
      dayTypeIds: ["rest-day", "holiday", "exam"],
      periods: [{ from: "00:00", to: "24:00", rateId: "night" }],
    },
  ],
  blocks: { by: "month", steps: [{ aboveWh: 100_000, surchargeMicroPerKWh: 1 }], carry: "none" },
  demands: [{ id: "max", name: "Max", rateId: "day", windowMinutes: 15, mode: "fixed", priceMicroPerKW: 1 }],
  standingMicroPerDay: 0,
  taxPpm: 0,
};

function mistakesIn(change: (scheme: TariffScheme) => void): string[] {
  const scheme = structuredClone(valid);
  change(scheme);
  const parsed = tariffSchemeSchema.safeParse(scheme);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}
const periodsOf = (scheme: TariffScheme) => scheme.tables[0]?.periods ?? [];

describe("a scheme", () => {
  it("is taken as it is when nothing is wrong", () => {
    expect(tariffSchemeSchema.parse(valid)).toEqual(valid);
  });

  it("needs no more than rates and one table", () => {
    const { rates, tables } = valid;
    const least = { schemeVersion: 2, rates, tables: [{ ...tables[1], seasonIds: ["year"] }] };
    const parsed = tariffSchemeSchema.safeParse(least);
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
      'there is no day type "exam"',
      'workday in season "year" has no table',
    ]);
  });

  it.each<{ why: string; change: (scheme: TariffScheme) => void; mistakes: string[] }>([
    {
      why: "a gap in a day",
      change: (scheme) => periodsOf(scheme).splice(1, 1, { from: "08:00", to: "24:00", rateId: "day" }),
      mistakes: ["tables.0.periods.1: workday in summer, winter: 07:00–08:00 has no rate"],
    },
    {
      why: "a day that ends early",
      change: (scheme) => periodsOf(scheme).pop(),
      mistakes: ["tables.0.periods: workday in summer, winter: 07:00–24:00 has no rate"],
    },
    {
      why: "an overlap in a day",
      change: (scheme) => periodsOf(scheme).splice(1, 1, { from: "06:30", to: "24:00", rateId: "day" }),
      mistakes: ["tables.0.periods.1: workday in summer, winter: 06:30–07:00 has two rates"],
    },
    {
      why: "a period over midnight",
      change: (scheme) => periodsOf(scheme).push({ from: "23:00", to: "07:00", rateId: "night" }),
      mistakes: [
        "tables.0.periods.2: workday in summer, winter: 23:00–07:00 ends before it begins; split it at 24:00",
      ],
    },
    {
      why: "an unknown rate",
      change: (scheme) => periodsOf(scheme).splice(1, 1, { from: "07:00", to: "24:00", rateId: "peak" }),
      mistakes: ['tables.0.periods.1.rateId: workday in summer, winter: there is no rate "peak"'],
    },
    {
      why: "a kind of day without a table",
      change: (scheme) => scheme.tables[1]?.dayTypeIds.pop(),
      mistakes: [
        'tables: exam in season "summer" has no table',
        'tables: exam in season "winter" has no table',
      ],
    },
    {
      why: "a kind of day with two tables",
      change: (scheme) => scheme.tables[0]?.dayTypeIds.push("holiday"),
      mistakes: [
        'tables: holiday in season "summer" has 2 tables',
        'tables: holiday in season "winter" has 2 tables',
      ],
    },
    {
      why: "a season that no table knows",
      change: (scheme) => scheme.tables[0]?.seasonIds.push("spring"),
      mistakes: ['tables.0.seasonIds: there is no season "spring"'],
    },
    {
      why: "days without a season, the leap day among them",
      change: (scheme) => scheme.seasons[1]?.ranges.splice(0, 1, { from: "10-01", to: "02-28" }),
      mistakes: ["seasons: no season has 02-29 to 03-31"],
    },
    {
      why: "a leap day that was forgotten",
      change: (scheme) =>
        scheme.seasons[1]?.ranges.splice(
          0,
          1,
          { from: "10-01", to: "02-28" },
          { from: "03-01", to: "03-31" },
        ),
      mistakes: ["seasons: no season has 02-29"],
    },
    {
      why: "days in two seasons",
      change: (scheme) => scheme.seasons[0]?.ranges.push({ from: "12-24", to: "12-31" }),
      mistakes: ['seasons: 12-24 to 12-31 is in season "summer" and in season "winter"'],
    },
    {
      why: "a date that does not exist",
      change: (scheme) => scheme.seasons[0]?.ranges.splice(0, 1, { from: "04-31", to: "09-30" }),
      mistakes: ["seasons.0.ranges.0.from: MM-DD, 01-01 to 12-31", "seasons: no season has 04-01 to 04-30"],
    },
    {
      why: "two rates of one id",
      change: (scheme) => scheme.rates.push({ id: "day", name: "Again", priceMicroPerKWh: 1 }),
      mistakes: ['rates: two rates have the id "day"'],
    },
    {
      why: "a named day called like a kind that every scheme has",
      change: (scheme) => scheme.dayTypes.push({ id: "holiday", name: "Holiday" }),
      mistakes: ['dayTypes: two day types have the id "holiday"'],
    },
    {
      why: "an id that a document cannot have as a key",
      change: (scheme) => Object.assign(scheme.demands[0] ?? {}, { id: "constructor" }),
      mistakes: ["demands.0.id: this id is reserved"],
    },
    {
      why: "blocks that do not rise",
      change: (scheme) => scheme.blocks?.steps.push({ aboveWh: 100_000, surchargeMicroPerKWh: 1 }),
      mistakes: ["blocks.steps.1: the step above 100000 Wh does not lie above the one at 100000 Wh"],
    },
    {
      why: "a carry within the year of blocks by year",
      change: (scheme) => Object.assign(scheme.blocks ?? {}, { by: "year", carry: "within-year" }),
      mistakes: ["blocks.carry: blocks by year have nothing to carry within it"],
    },
    {
      why: "a demand of an unknown rate",
      change: (scheme) => Object.assign(scheme.demands[0] ?? {}, { rateId: "peak" }),
      mistakes: ['demands.0.rateId: demand "max": there is no rate "peak"'],
    },
    {
      why: "a field that nobody reads",
      change: (scheme) => Object.assign(scheme, { blokcs: null }),
      mistakes: [': Unrecognized key: "blokcs"'],
    },
  ])("is refused for $why, and says where", ({ change, mistakes }) => {
    expect(mistakesIn(change)).toEqual(mistakes);
  });
});

describe("a document of version 1", () => {
  const old = {
    schemeVersion: 1 as const,
    rates: valid.rates,
    periods: [
      { from: "00:00", to: "07:00", rateId: "night" },
      { from: "07:00", to: "24:00", rateId: "day" },
    ],
  };

  it("has the same day all year round, and converts once", () => {
    const upgraded = upgradeScheme(old);
    expect(upgraded).toMatchObject({
      schemeVersion: 2,
      rates: old.rates,
      seasons: [{ id: "year", ranges: [{ from: "01-01", to: "12-31" }] }],
      tables: [{ seasonIds: ["year"], dayTypeIds: ["workday", "rest-day", "holiday"], periods: old.periods }],
    });
    expect(tariffSchema.parse(old)).toEqual(upgraded);
    expect(upgradeScheme(upgraded)).toBe(upgraded);
  });

  it("is refused where it is wrong, and a version to come by its number", () => {
    const issues = (document: unknown) =>
      tariffSchema
        .safeParse(document)
        .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    expect(issues({ ...old, periods: [{ from: "00:00", to: "24:00" }] })).toEqual([
      "periods.0.rateId: Invalid input: expected string, received undefined",
    ]);
    expect(issues({ ...old, periods: old.periods.slice(1) })?.[0]).toMatch("00:00–07:00 has no rate");
    expect(issues({ ...valid, schemeVersion: 3 })).toEqual(["schemeVersion: scheme versions are 1 and 2"]);
    expect(issues(null)).toHaveLength(1);
  });
});
