import { schemeDifferences, tariffSchemeSchema } from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemes } from "../../../../tests/support/tariff-schemes.ts";
import { paintAt } from "../shared/week-painter/painted-day.ts";
import {
  addDayType,
  addRate,
  addSeason,
  copyDay,
  copySeason,
  draftOf,
  MOST_RATES,
  paintDays,
  removeRate,
  schemeOf,
} from "./tariff-draft.ts";

describe("a draft", () => {
  it("is the scheme that it was made of, to the minute", () => {
    fc.assert(
      fc.property(schemes, (scheme) => {
        const back = schemeOf(draftOf(scheme));
        expect(schemeDifferences(scheme, back)).toEqual([]);
        expect(tariffSchemeSchema.safeParse(back).error).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it("has what was painted, where it was painted, and nothing else changed", () => {
    const hour = fc.nat({ max: 23 });
    fc.assert(
      fc.property(schemes, hour, hour, (scheme, a, b) => {
        const [from, to] = [Math.min(a, b) * 60, (Math.max(a, b) + 1) * 60];
        const draft = draftOf(scheme);
        const seasonId = draft.seasons[0]?.id ?? "";
        const rateId = draft.rates.at(-1)?.id ?? "";
        const stroke = { dayId: "holiday", fromMinute: from, toMinute: to };
        const painted = paintDays(draft, [seasonId], [stroke], rateId);
        const minutes = Array.from({ length: 1440 }, (_, minute) => minute);
        const before = minutes.map((minute) => paintAt(draft.days[seasonId]?.holiday ?? [], minute));
        const after = minutes.map((minute) => paintAt(painted.days[seasonId]?.holiday ?? [], minute));
        expect(after).toEqual([...before].fill(rateId, from, to));
        const paths = schemeDifferences(scheme, schemeOf(painted)).map(({ path }) => path);
        expect(paths.filter((path) => path !== `tables.${seasonId}.holiday`)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it("shares tables between what is alike", () => {
    fc.assert(
      fc.property(schemes, (scheme) => {
        const draft = draftOf(scheme);
        const [first] = draft.seasons;
        const firstId = first?.id ?? "";
        const alike = draft.seasons.reduce(
          (next, { id }) => copySeason(next, firstId, id),
          copyDay(draft, firstId, "workday", ["rest-day", "holiday"]),
        );
        expect(schemeOf(alike).tables.length).toBeLessThanOrEqual(3 + draft.dayTypes.length);
      }),
      { numRuns: 20 },
    );
  });
});

describe("editing", () => {
  const draft = draftOf(
    tariffSchemeSchema.parse({
      schemeVersion: 2,
      rates: [
        { id: "rate", name: "Day", priceMicroPerKWh: 600_000 },
        { id: "night", name: "Night", priceMicroPerKWh: 300_000 },
      ],
      tables: [
        {
          seasonIds: ["year"],
          dayTypeIds: ["workday", "rest-day", "holiday"],
          periods: [
            { from: "00:00", to: "07:10", rateId: "night" },
            { from: "07:10", to: "24:00", rateId: "rate" },
          ],
        },
      ],
    }),
  );

  it("gives rates ids of their own, at most eight", () => {
    const full = Array.from({ length: 9 }).reduce<typeof draft>((next) => addRate(next, "New"), draft);
    expect(full.rates).toHaveLength(MOST_RATES);
    expect(new Set(full.rates.map(({ id }) => id)).size).toBe(MOST_RATES);
  });

  it("leaves blank what a removed rate had", () => {
    const { days } = removeRate(draft, "night");
    expect(days.year?.workday).toEqual([{ fromMinute: 430, toMinute: 1440, paint: "rate" }]);
  });

  it("begins seasons and kinds of day with the week that is there", () => {
    const more = addDayType(addSeason(draft, "Summer", "year"), "fair", "Fair");
    expect(more.days.season?.fair).toEqual(draft.days.year?.holiday);
    expect(addDayType(more, "fair", "Again")).toBe(more);
  });
});
