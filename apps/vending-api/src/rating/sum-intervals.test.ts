import { localDayBounds } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { INTERVAL_MS } from "./profile-marks.ts";
import type { Interval } from "./read-intervals.ts";
import { sumIntervals } from "./sum-intervals.ts";

function quarters(
  fromMs: number,
  toMs: number,
  whOf: (index: number) => number | null = () => 25,
): Interval[] {
  return Array.from({ length: (toMs - fromMs) / INTERVAL_MS }, (_, index) => {
    const wh = whOf(index);
    return { at: new Date(fromMs + index * INTERVAL_MS), wh, flag: wh === null ? "missing" : "good" };
  });
}

/** From the IANA time zone database: Lord Howe Island moves by half an hour; São Paulo's day began at 01:00 until 2018. */
const days = [
  { zone: "Europe/Berlin", day: "2025-03-30", quarters: 92, hours: 23 },
  { zone: "Europe/Berlin", day: "2025-10-26", quarters: 100, hours: 25 },
  { zone: "Europe/Berlin", day: "2025-06-15", quarters: 96, hours: 24 },
  { zone: "America/Sao_Paulo", day: "2018-11-04", quarters: 92, hours: 23 },
  { zone: "America/Sao_Paulo", day: "2018-02-17", quarters: 100, hours: 25 },
  { zone: "Australia/Lord_Howe", day: "2025-10-05", quarters: 94, hours: 24 },
  { zone: "Australia/Lord_Howe", day: "2025-04-06", quarters: 98, hours: 25 },
  { zone: "Asia/Kathmandu", day: "2025-01-01", quarters: 96, hours: 24 },
] as const;

describe("a day of the site's own time", () => {
  it.each(days)("$day in $zone has $quarters quarters", ({ zone, day, quarters: count, hours }) => {
    const { startMs, endMs } = localDayBounds(day, zone);
    const intervals = quarters(startMs, endMs);
    expect(intervals).toHaveLength(count);
    expect(sumIntervals(intervals, "day", zone)).toEqual([
      { at: new Date(startMs), wh: count * 25, flag: "good", quarters: count, doubtful: 0 },
    ]);
    const hourly = sumIntervals(intervals, "hour", zone);
    expect(hourly).toHaveLength(hours);
    expect(hourly.reduce((sum, { wh }) => sum + (wh ?? 0), 0)).toBe(count * 25);
  });

  it("ends where the next one begins, over a month with a leap day", () => {
    const zone = "America/New_York";
    const from = localDayBounds("2024-02-01", zone).startMs;
    const to = localDayBounds("2024-04-01", zone).startMs;
    const intervals = quarters(from, to);
    expect(sumIntervals(intervals, "month", zone).map(({ quarters: count }) => count)).toEqual([
      29 * 96,
      31 * 96 - 4,
    ]);
    expect(sumIntervals(intervals, "day", zone)).toHaveLength(60);
  });
});

describe("a sum", () => {
  const zone = "Asia/Shanghai";
  const { startMs } = localDayBounds("2025-03-01", zone);

  it("says how much of it is doubtful, and is unknown only where everything is", () => {
    const intervals = quarters(startMs, startMs + 8 * INTERVAL_MS, (index) =>
      index === 2 || index > 3 ? null : 10,
    );
    expect(sumIntervals(intervals, "hour", zone)).toMatchObject([
      { wh: 30, flag: "missing", quarters: 4, doubtful: 1 },
      { wh: null, flag: "missing", quarters: 4, doubtful: 4 },
    ]);
  });

  it("may begin within its hour", () => {
    const intervals = quarters(startMs + 2 * INTERVAL_MS, startMs + 6 * INTERVAL_MS);
    expect(sumIntervals(intervals, "hour", zone).map(({ wh }) => wh)).toEqual([50, 50]);
  });
});
