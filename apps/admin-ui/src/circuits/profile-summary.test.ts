import { describe, expect, it } from "vitest";
import type { LoadProfile } from "../api/rows.ts";
import { summarise } from "./profile-summary.ts";

const profile = (...whs: (number | null)[]): LoadProfile => ({
  circuitId: "c",
  intervalMinutes: 15,
  intervals: whs.map((wh, index) => ({
    at: new Date(Date.parse("2026-03-01T00:00:00Z") + index * 900_000).toISOString(),
    wh,
    flag: wh === null ? "missing" : "good",
  })),
});

describe("summarise", () => {
  it("adds up and finds the strongest quarter of an hour, as power", () => {
    expect(summarise(profile(10, null, 250, 40))).toEqual({
      totalWh: 300,
      peakW: 1000,
      peakAt: "2026-03-01T00:30:00.000Z",
    });
  });

  it("keeps a day without use apart from a day without record", () => {
    expect(summarise(profile(0, 0))).toMatchObject({ totalWh: 0, peakW: 0 });
    expect(summarise(profile(null, null))).toBeNull();
    expect(summarise(profile())).toBeNull();
  });
});
