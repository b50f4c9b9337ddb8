import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clockOf,
  clockRangeOf,
  DAY_MINUTES,
  DAY_STEPS,
  dayOfPeriods,
  gapsOf,
  minuteOf,
  type PaintedDay,
  paintAt,
  paintRange,
  partsOfRange,
  STEP_MINUTES,
} from "./painted-day.ts";

const paints = fc.constantFrom("a", "b", "c", null);
const minutes = fc.integer({ min: 0, max: DAY_MINUTES });
const strokes = fc.array(fc.record({ fromMinute: minutes, toMinute: minutes, paint: paints }), {
  maxLength: 24,
});
const after = (list: { fromMinute: number; toMinute: number; paint: string | null }[]): PaintedDay =>
  list.reduce<PaintedDay>((day, { paint, ...range }) => paintRange(day, range, paint), []);

describe("painting a day", () => {
  it("reads back minute by minute what was painted last", () => {
    fc.assert(
      fc.property(strokes, (list) => {
        const cells = new Array<string | null>(DAY_MINUTES).fill(null);
        for (const { fromMinute, toMinute, paint } of list)
          if (fromMinute < toMinute) cells.fill(paint, fromMinute, toMinute);
        const day = after(list);
        expect(cells.map((_, minute) => paintAt(day, minute))).toEqual(cells);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps spans in order, apart, and joined where the paint goes on", () => {
    fc.assert(
      fc.property(strokes, (list) => {
        const day = after(list);
        for (const [index, span] of day.entries()) {
          expect(span.fromMinute).toBeLessThan(span.toMinute);
          const next = day[index + 1];
          if (next === undefined) continue;
          expect(span.toMinute).toBeLessThanOrEqual(next.fromMinute);
          if (span.toMinute === next.fromMinute) expect(span.paint).not.toBe(next.paint);
        }
      }),
    );
  });

  it("knows its gaps: spans and gaps together fill the day once", () => {
    fc.assert(
      fc.property(strokes, (list) => {
        const day = after(list);
        const all = [...day, ...gapsOf(day)].sort((a, b) => a.fromMinute - b.fromMinute);
        expect(all[0]?.fromMinute).toBe(0);
        expect(all.at(-1)?.toMinute).toBe(DAY_MINUTES);
        for (const [index, { toMinute }] of all.slice(0, -1).entries())
          expect(all[index + 1]?.fromMinute).toBe(toMinute);
      }),
    );
  });

  it("goes to periods by the clock and back without loss, at any minute", () => {
    fc.assert(
      fc.property(strokes, (list) => {
        const day = after(list);
        const periods = day.map((span) => ({ ...clockRangeOf(span), rateId: span.paint }));
        expect(dayOfPeriods(periods, ({ rateId }) => rateId)).toEqual(day);
      }),
    );
  });

  it("goes to cells of a quarter of an hour and back, when it was painted in them", () => {
    const cells = fc.array(fc.constantFrom("a", "b", "c"), { minLength: DAY_STEPS, maxLength: DAY_STEPS });
    fc.assert(
      fc.property(cells, (wanted) => {
        const day = wanted.reduce<PaintedDay>(
          (painted, paint, step) =>
            paintRange(
              painted,
              { fromMinute: step * STEP_MINUTES, toMinute: (step + 1) * STEP_MINUTES },
              paint,
            ),
          [],
        );
        expect(gapsOf(day)).toEqual([]);
        expect(wanted.map((_, step) => paintAt(day, step * STEP_MINUTES))).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a range by the clock", () => {
  it.each([
    ["22:00", "06:00", ["00:00–06:00", "22:00–24:00"]],
    ["07:00", "12:15", ["07:00–12:15"]],
    ["18:00", "00:00", ["18:00–24:00"]],
    ["00:00", "00:00", ["00:00–24:00"]],
    ["08:00", "08:00", ["00:00–08:00", "08:00–24:00"]],
  ])("%s to %s", (from, to, expected) => {
    const parts = partsOfRange({ fromMinute: minuteOf(from), toMinute: minuteOf(to) });
    expect(parts.map((part) => `${clockOf(part.fromMinute)}–${clockOf(part.toMinute)}`)).toEqual(expected);
  });
});
