import { describe, expect, it } from "vitest";
import type { LoadProfile } from "../api/rows.ts";
import { monthRows, NO_POWER, QUARTERS, quarterText, yearGrid } from "./year-grid.ts";

function profile(from: string, wh: (number | null)[]): LoadProfile {
  const flags = wh.map((one) => (one === null ? "m" : "g")).join("");
  return { circuitId: "c", intervalMinutes: 15, from, wh, flags };
}
const filled = (count: number, wh: number) => Array<number>(count).fill(wh);

describe("a year on the wall clock", () => {
  it("puts each interval where the site's clock stood", () => {
    // 16:00 UTC is midnight in Shanghai.
    const grid = yearGrid(
      profile("2025-12-31T16:00:00Z", [250, null, 500]),
      "Asia/Shanghai",
      "2026-01-01",
      365,
    );
    expect([...grid.powerW.slice(0, 4)]).toEqual([1000, NO_POWER, 2000, NO_POWER]);
    expect(grid.powerW).toHaveLength(365 * QUARTERS);
  });

  it("leaves the hour empty that a change of clocks skips", () => {
    // Berlin, 29 March 2026: 01:00 UTC is 03:00, the day has 92 quarters.
    const grid = yearGrid(profile("2026-03-28T23:00:00Z", filled(92, 25)), "Europe/Berlin", "2026-03-29", 2);
    const day = [...grid.powerW.slice(0, QUARTERS)];
    expect(day.filter((power) => power === NO_POWER)).toHaveLength(4);
    expect(day.slice(7, 13)).toEqual([100, NO_POWER, NO_POWER, NO_POWER, NO_POWER, 100]);
    expect(grid.powerW[QUARTERS]).toBe(NO_POWER);
  });

  it("shows the stronger half of the hour that comes twice", () => {
    // Berlin, 25 October 2026: the day has 100 quarters; 02:00 comes at 00:00 and at 01:00 UTC.
    const whs = filled(100, 25);
    whs[8] = 50;
    whs[13] = 75;
    const grid = yearGrid(profile("2026-10-24T22:00:00Z", whs), "Europe/Berlin", "2026-10-25", 1);
    const day = [...grid.powerW];
    expect(day.every((power) => power !== NO_POWER)).toBe(true);
    expect(day.slice(8, 10)).toEqual([200, 300]);
  });

  it("ends its scale below the strongest hundredth", () => {
    const whs = [...filled(990, 25), ...filled(10, 2500)];
    expect(yearGrid(profile("2026-01-01T00:00:00Z", whs), "UTC", "2026-01-01", 11).fullW).toBe(10_000);
    const calmer = [...filled(995, 25), ...filled(5, 2500)];
    expect(yearGrid(profile("2026-01-01T00:00:00Z", calmer), "UTC", "2026-01-01", 11).fullW).toBe(100);
  });

  it("comes to rows by month, without those that nothing is known of", () => {
    const grid = yearGrid(profile("2026-01-31T23:30:00Z", [25, 50, 100, null]), "UTC", "2026-01-01", 90);
    expect(monthRows(grid)).toEqual([
      { month: "2026-01", wh: 75, peakW: 200, peakDay: "2026-01-31", peakQuarter: 95, missing: 31 * 96 - 2 },
      { month: "2026-02", wh: 100, peakW: 400, peakDay: "2026-02-01", peakQuarter: 0, missing: 28 * 96 - 1 },
    ]);
  });

  it("names quarters as clocks do", () => {
    expect([0, 55, 95].map(quarterText)).toEqual(["00:00", "13:45", "23:45"]);
  });
});
