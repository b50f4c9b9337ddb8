import { describe, expect, it } from "vitest";
import { burnDown } from "./burn-down.ts";

const NOW = Date.parse("2026-03-31T00:00:00Z");
const DAY = 86_400_000;
const at = (daysAgo: number, balanceAfterMinor: number) => ({
  at: new Date(NOW - daysAgo * DAY).toISOString(),
  balanceAfterMinor,
});

describe("burnDown", () => {
  it("begins with the balance that stood at its first day", () => {
    const { booked, fromMs } = burnDown(
      [at(2, 700), at(40, 1000), at(35, 900)],
      { liveMinor: 600, daysLeft: null, cutMinor: 0 },
      NOW,
      30,
    );
    expect(fromMs).toBe(NOW - 30 * DAY);
    expect(booked).toEqual([
      { ms: NOW - 30 * DAY, minor: 900 },
      { ms: NOW - 2 * DAY, minor: 700 },
      { ms: NOW, minor: 600 },
    ]);
  });

  it("falls to the level of the cut on the day that is told", () => {
    const { forecast, toMs } = burnDown([], { liveMinor: 600, daysLeft: 12, cutMinor: -100 }, NOW, 30);
    expect(forecast).toEqual({ fromMs: NOW, fromMinor: 600, toMs: NOW + 12 * DAY, toMinor: -100 });
    expect(toMs).toBe(NOW + 12 * DAY);
  });

  it("draws no more than a month ahead, at the same slope", () => {
    const { forecast } = burnDown([], { liveMinor: 600, daysLeft: 60, cutMinor: 0 }, NOW, 30);
    expect(forecast).toMatchObject({ toMs: NOW + 30 * DAY, toMinor: 300 });
  });

  it.each([
    ["the pace is unknown", { liveMinor: 600, daysLeft: null, cutMinor: 0 }],
    ["nothing is left", { liveMinor: 0, daysLeft: 0, cutMinor: 0 }],
    ["the household owes", { liveMinor: -50, daysLeft: 3, cutMinor: 0 }],
  ])("forecasts nothing when %s", (_name, live) => {
    expect(burnDown([at(3, 500)], live, NOW, 30).forecast).toBeNull();
  });

  it("has the level of the cut within its bounds", () => {
    const { lowestMinor, highestMinor } = burnDown(
      [at(3, 500)],
      { liveMinor: 400, daysLeft: null, cutMinor: -1000 },
      NOW,
      30,
    );
    expect([lowestMinor, highestMinor]).toEqual([-1000, 500]);
  });
});
