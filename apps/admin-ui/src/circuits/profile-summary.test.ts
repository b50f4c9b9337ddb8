import { describe, expect, it } from "vitest";
import type { LoadProfile } from "../api/rows.ts";
import { intervalsOf, summarise } from "./profile-summary.ts";

const profile = (...wh: (number | null)[]): LoadProfile => ({
  circuitId: "c",
  intervalMinutes: 15,
  from: "2026-03-01T00:00:00.000Z",
  wh,
  flags: wh.map((one) => (one === null ? "m" : "g")).join(""),
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

describe("the rows of a profile", () => {
  it("have their time and their flag", () => {
    expect(intervalsOf({ ...profile(10, 20, null, 30), flags: "gems" })).toEqual([
      { at: "2026-03-01T00:00:00.000Z", wh: 10, flag: "good" },
      { at: "2026-03-01T00:15:00.000Z", wh: 20, flag: "estimated" },
      { at: "2026-03-01T00:30:00.000Z", wh: null, flag: "missing" },
      { at: "2026-03-01T00:45:00.000Z", wh: 30, flag: "suspect" },
    ]);
  });
});
