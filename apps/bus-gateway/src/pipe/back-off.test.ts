import { describe, expect, it } from "vitest";
import { isWorthAnAlarm, reopenPauseMs } from "./back-off.ts";

describe("pause before reopening", () => {
  it.for([
    { failures: 1, random: 0, pauseMs: 250 },
    { failures: 2, random: 0, pauseMs: 500 },
    { failures: 3, random: 0, pauseMs: 1000 },
    { failures: 6, random: 0, pauseMs: 8000 },
    { failures: 7, random: 0, pauseMs: 10_000 },
    { failures: 10_000, random: 0, pauseMs: 10_000 },
    { failures: 3, random: 0.999, pauseMs: 750 },
  ])("after $failures failures, random $random: $pauseMs ms", ({ failures, random, pauseMs }) => {
    expect(reopenPauseMs(failures, random)).toBe(pauseMs);
  });

  it("asks for a person at the third failure", () => {
    expect([1, 2, 3, 4].map(isWorthAnAlarm)).toEqual([false, false, true, true]);
  });
});
