import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MINUTES, DAY_STEPS, type PaintedDay, paintAt, paintRange, STEP_MINUTES } from "./painted-day.ts";
import { columnsOfDay, DAY_STARTS, rangesOfColumns, strokesOf, weekRowsOf } from "./week-rows.ts";

const NAMES = [
  { id: "workday", name: "workday" },
  { id: "rest-day", name: "rest day" },
  { id: "holiday", name: "holiday" },
];
const name = (weekday: number) => `day ${weekday}`;
const starts = fc.constantFrom(...Object.values(DAY_STARTS));
const run = fc
  .tuple(fc.nat({ max: DAY_STEPS - 1 }), fc.nat({ max: DAY_STEPS - 1 }))
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 }));

describe("a painted week", () => {
  it("shows in its columns what was painted in them, from midnight and from noon", () => {
    fc.assert(
      fc.property(starts, fc.array(run, { maxLength: 8 }), (startMinute, list) => {
        const cells = new Array<string | null>(DAY_STEPS).fill(null);
        let day: PaintedDay = [];
        for (const [index, columns] of list.entries()) {
          const paint = `p${index}`;
          cells.fill(paint, columns.from, columns.to);
          for (const range of rangesOfColumns(columns, startMinute)) day = paintRange(day, range, paint);
        }
        const shown = columnsOfDay(day, startMinute);
        expect(
          cells.map((_, at) => shown.find(({ from, to }) => from <= at && at < to)?.paint ?? null),
        ).toEqual(cells);
      }),
    );
  });

  it("means the same minutes wherever the picture begins", () => {
    fc.assert(
      fc.property(starts, run, (startMinute, columns) => {
        const day = rangesOfColumns(columns, startMinute).reduce<PaintedDay>(
          (painted, range) => paintRange(painted, range, "x"),
          [],
        );
        const painted = Array.from({ length: DAY_STEPS }, (_, step) => step).filter(
          (step) => paintAt(day, step * STEP_MINUTES) === "x",
        );
        expect(painted).toHaveLength(columns.to - columns.from);
        const first = (columns.from * STEP_MINUTES + startMinute) % DAY_MINUTES;
        expect(paintAt(day, first)).toBe("x");
      }),
    );
  });
});

describe("weekRowsOf", () => {
  it("takes rest days from the calendar and sets special days apart", () => {
    const rows = weekRowsOf([6, 7], [...NAMES, { id: "fair", name: "Fair" }], name);
    expect(rows.map(({ dayId }) => dayId)).toEqual([
      ...new Array(5).fill("workday"),
      "rest-day",
      "rest-day",
      "holiday",
      "fair",
    ]);
    expect(rows.filter(({ startsBlock }) => startsBlock).map(({ id }) => id)).toEqual(["holiday"]);
  });

  it.each([
    ["without rest days", [], "rest-day"],
    ["with rest days only", [1, 2, 3, 4, 5, 6, 7], "workday"],
  ])("has a row for every kind of day, %s", (_name, restWeekdays, dayId) => {
    const rows = weekRowsOf(restWeekdays, NAMES, name);
    expect(rows).toHaveLength(9);
    expect(rows[7]).toMatchObject({ dayId, startsBlock: true });
  });
});

describe("strokesOf", () => {
  it("paints a day once, however many of its rows were crossed", () => {
    const rows = weekRowsOf([6, 7], NAMES, name);
    const runs = [3, 4, 5].map((row) => ({ row, from: 88, to: 96 }));
    expect(strokesOf(runs, rows, DAY_STARTS.midnight)).toEqual([
      { dayId: "workday", fromMinute: 1320, toMinute: 1440 },
      { dayId: "rest-day", fromMinute: 1320, toMinute: 1440 },
    ]);
  });

  it("splits what goes over midnight when the picture begins at noon", () => {
    const rows = weekRowsOf([6, 7], NAMES, name);
    expect(strokesOf([{ row: 0, from: 40, to: 72 }], rows, DAY_STARTS.noon)).toEqual([
      { dayId: "workday", fromMinute: 1320, toMinute: 1440 },
      { dayId: "workday", fromMinute: 0, toMinute: 360 },
    ]);
  });
});
