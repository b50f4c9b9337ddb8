import { describe, expect, it } from "vitest";
import type { LoadProfileDay } from "./load-profile.model.ts";
import { utcDay } from "./load-profile.model.ts";
import {
  DAY_MS,
  firstMarks,
  INTERVAL_MS,
  INTERVALS_PER_DAY,
  marksOfUse,
  mergeMarks,
  type ProfileMark,
  suspectMark,
} from "./profile-marks.ts";
import { intervalsFrom, lineFrom } from "./read-intervals.ts";

const START = Date.parse("2025-03-01T23:00:00Z");
const MINUTE = 60_000;

/** What the store would hold after these marks, in whatever order they came. */
function daysOf(marks: readonly ProfileMark[]): LoadProfileDay[] {
  const days = new Map<string, LoadProfileDay>();
  for (const { interval, readingWh, flag } of mergeMarks(marks)) {
    const day = utcDay(Math.floor(interval / INTERVALS_PER_DAY) * DAY_MS);
    const row = days.get(day) ?? {
      _id: day,
      siteId: "s1",
      circuitId: "c1",
      day,
      writes: 1,
      readings: new Array<number | null>(INTERVALS_PER_DAY).fill(null),
      flags: new Array<number>(INTERVALS_PER_DAY).fill(0),
    };
    row.readings?.splice(interval % INTERVALS_PER_DAY, 1, readingWh);
    row.flags?.splice(interval % INTERVALS_PER_DAY, 1, flag);
    days.set(day, row);
  }
  return [...days.values()];
}
const use = (fromMinute: number, toMinute: number, fromReadingWh: number, wh: number) => ({
  fromMs: START + fromMinute * MINUTE,
  toMs: START + toMinute * MINUTE,
  fromReadingWh,
  wh,
});
const read = (marks: readonly ProfileMark[], fromMs: number, toMs: number) =>
  intervalsFrom(lineFrom(daysOf(marks), { fromMs: fromMs - DAY_MS, toMs: toMs + DAY_MS }), fromMs, toMs);
const shown = (marks: readonly ProfileMark[], minutes: number) =>
  read(marks, START, START + minutes * MINUTE).map(({ wh, flag }) => [wh, flag]);

describe("intervals", () => {
  const marks = [
    ...firstMarks(START + 5 * MINUTE, 1000),
    ...marksOfUse(use(5, 10, 1000, 50), false),
    ...marksOfUse(use(10, 20, 1050, 100), false),
  ];

  it("split a use that crosses a boundary by time, and do not know the future", () => {
    expect(shown(marks, 60)).toEqual([
      [100, "good"],
      [50, "good"],
      [null, "missing"],
      [null, "missing"],
    ]);
  });

  it("do not depend on order or repetition", () => {
    expect(shown([...marks, ...marks].reverse(), 60)).toEqual(shown(marks, 60));
  });

  it("are missing before the first sample", () => {
    const [before] = read(marks, START - INTERVAL_MS, START);
    expect(before).toMatchObject({ wh: null, flag: "missing" });
  });

  it("of a longer silence are estimates that sum to the register's difference, over midnight too", () => {
    const silent = [...marks, ...marksOfUse(use(20, 125, 1150, 1000), false)];
    const intervals = read(silent, START, START + 135 * MINUTE);
    expect(intervals.reduce((sum, { wh }) => sum + (wh ?? 0), 0)).toBe(1150);
    expect(intervals.map(({ flag }) => flag)).toEqual(["good", ...new Array<string>(8).fill("estimated")]);
  });

  it("of a silence between two boundaries share its use, the first like the others", () => {
    const everyHour = [
      ...firstMarks(START, 1000),
      ...marksOfUse(use(0, 60, 1000, 400), false),
      ...marksOfUse(use(60, 120, 1400, 800), false),
    ];
    expect(shown(everyHour, 120)).toEqual([
      ...Array.from({ length: 4 }, () => [100, "estimated"]),
      ...Array.from({ length: 4 }, () => [200, "estimated"]),
    ]);
  });

  it("keep what is suspect suspect: a register held back, or use while the relay is open", () => {
    expect(shown([...marks, suspectMark(START + 35 * MINUTE)], 45)).toEqual([
      [100, "good"],
      [50, "good"],
      [null, "suspect"],
    ]);
    expect(shown([...marks, ...marksOfUse(use(20, 25, 1150, 30), true)], 30)[1]).toEqual([80, "suspect"]);
  });

  it("end with a sample that comes on the boundary", () => {
    const exact = [...firstMarks(START, 1000), ...marksOfUse(use(0, 15, 1000, 60), false)];
    expect(shown(exact, 30)).toEqual([
      [60, "good"],
      [null, "missing"],
    ]);
  });
});
