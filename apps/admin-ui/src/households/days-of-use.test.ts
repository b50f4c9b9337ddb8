import { describe, expect, it } from "vitest";
import type { LoadProfile } from "../api/rows.ts";
import { daysOfUse } from "./days-of-use.ts";

const profile = (...intervals: [at: string, wh: number | null][]): LoadProfile => ({
  circuitId: "c",
  intervalMinutes: 15,
  intervals: intervals.map(([at, wh]) => ({ at, wh, flag: wh === null ? "missing" : "good" })),
});

describe("daysOfUse", () => {
  it("adds circuits up by the site's day and leaves missing intervals out", () => {
    const lights = profile(
      ["2026-03-01T15:45:00Z", 100],
      ["2026-03-01T16:00:00Z", 200],
      ["2026-03-03T00:00:00Z", null],
    );
    const sockets = profile(["2026-03-01T16:15:00Z", 30]);
    expect(daysOfUse([lights, sockets], "Asia/Shanghai")).toEqual([
      { day: "2026-03-01", wh: 100 },
      { day: "2026-03-02", wh: 230 },
    ]);
    expect(daysOfUse([], "Asia/Shanghai")).toEqual([]);
  });
});
