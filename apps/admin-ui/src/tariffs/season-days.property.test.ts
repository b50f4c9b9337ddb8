import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dayOfMonthDay,
  daysOfRuns,
  MONTH_DAYS,
  monthDayOf,
  paintYear,
  rangesOfSeason,
  runsOfMonth,
  seasonOfDays,
  YEAR_DAYS,
} from "./season-days.ts";

const SEASONS = ["summer", "winter", "shoulder"];
const owner = fc.constantFrom(...SEASONS, null);
/** Some stretches rather than single days, as years are painted. */
const years = fc
  .array(fc.record({ from: fc.nat(YEAR_DAYS - 1), length: fc.integer({ min: 1, max: 200 }), owner }), {
    maxLength: 12,
  })
  .map((strokes) => {
    const days = new Array<string | null>(YEAR_DAYS).fill(null);
    for (const { from, length, owner: paint } of strokes)
      for (let day = from; day < from + length; day += 1) days[day % YEAR_DAYS] = paint;
    return days;
  });

describe("a year of seasons", () => {
  it("goes to ranges and back without losing a day", () => {
    fc.assert(
      fc.property(years, (days) => {
        const seasons = SEASONS.map((id) => ({ id, ranges: rangesOfSeason(days, id) }));
        expect(seasonOfDays(seasons)).toEqual(days);
      }),
    );
  });

  it("is painted a day at a time or in stretches alike", () => {
    fc.assert(
      fc.property(years, fc.array(fc.nat(YEAR_DAYS - 1), { maxLength: 40 }), owner, (days, picked, paint) => {
        const seasons = SEASONS.map((id) => ({ id, ranges: rangesOfSeason(days, id) }));
        const wanted = days.map((before, day) => (picked.includes(day) ? paint : before));
        expect(seasonOfDays(paintYear(seasons, picked, paint))).toEqual(wanted);
      }),
    );
  });

  it("shows every day in its month", () => {
    fc.assert(
      fc.property(years, (days) => {
        const shown = MONTH_DAYS.flatMap((length, month) => {
          const runs = runsOfMonth(days, month);
          return Array.from(
            { length },
            (_, day) => runs.find(({ from, to }) => from <= day && day < to)?.paint ?? null,
          );
        });
        expect(shown).toEqual(days);
      }),
    );
  });

  it("numbers its days both ways", () => {
    for (let day = 0; day < YEAR_DAYS; day += 1) expect(dayOfMonthDay(monthDayOf(day))).toBe(day);
    expect([monthDayOf(0), monthDayOf(59), monthDayOf(365)]).toEqual(["01-01", "02-29", "12-31"]);
  });
});

describe("ranges", () => {
  it("go on over the year's end", () => {
    const winter = [{ id: "winter", ranges: [{ from: "11-01", to: "03-31" }] }];
    expect(rangesOfSeason(seasonOfDays(winter), "winter")).toEqual(winter[0]?.ranges);
  });

  it("stay as they were written while their days do", () => {
    const halves = [
      {
        id: "cold",
        ranges: [
          { from: "01-01", to: "03-31" },
          { from: "10-01", to: "12-31" },
        ],
      },
      { id: "warm", ranges: [{ from: "04-01", to: "09-30" }] },
    ];
    expect(paintYear(halves, [dayOfMonthDay("05-01")], "warm")).toEqual(halves);
    const may = daysOfRuns([{ row: 4, from: 0, to: 1 }]);
    expect(paintYear(halves, may, "cold")[1]?.ranges).toEqual([
      { from: "04-01", to: "04-30" },
      { from: "05-02", to: "09-30" },
    ]);
  });
});
