import { describe, expect, it } from "vitest";
import { hoursOfUse, powerSummary } from "./hours.ts";

describe("hoursOfUse", () => {
  it("adds quarters up by the site's clock", () => {
    const intervals = [
      { at: "2026-03-01T16:00:00Z", wh: 10 },
      { at: "2026-03-01T16:45:00Z", wh: 5 },
      { at: "2026-03-01T17:00:00Z", wh: 0 },
      { at: "2026-03-01T18:00:00Z", wh: null },
    ];
    expect(hoursOfUse(intervals, "Asia/Shanghai")).toEqual([
      { hour: 0, wh: 15 },
      { hour: 1, wh: 0 },
    ]);
  });

  it("loses nothing in the hour that comes twice", () => {
    const intervals = [
      { at: "2026-10-25T00:30:00Z", wh: 7 },
      { at: "2026-10-25T01:30:00Z", wh: 8 },
    ];
    expect(hoursOfUse(intervals, "Europe/Berlin")).toEqual([{ hour: 2, wh: 15 }]);
  });
});

describe("powerSummary", () => {
  it.each([
    [["closed", "closed"], "on"],
    [["open"], "off"],
    [["closed", "open"], "partly"],
    [["closed", "unknown"], "partly"],
    [["unknown"], "unknown"],
    [[], "unknown"],
  ] as const)("%j is %s", (relays, expected) => {
    expect(powerSummary(relays)).toBe(expected);
  });
});
