import { describe, expect, it } from "vitest";
import { quietUntilMs } from "./quiet-hours.ts";

const NIGHT = { from: "22:00", to: "07:00" };

describe("quiet hours end", () => {
  it.each([
    // Outside: at once.
    { what: "in the afternoon", at: "2026-11-21T15:00:00+08:00", zone: "Asia/Shanghai", quiet: NIGHT },
    { what: "on their end", at: "2026-11-21T07:00:00+08:00", zone: "Asia/Shanghai", quiet: NIGHT },
    // Within.
    {
      what: "in the morning after an evening",
      at: "2026-11-21T22:00:00+08:00",
      until: "2026-11-22T07:00:00+08:00",
      zone: "Asia/Shanghai",
      quiet: NIGHT,
    },
    {
      what: "in the same morning",
      at: "2026-11-21T03:10:00+08:00",
      until: "2026-11-21T07:00:00+08:00",
      zone: "Asia/Shanghai",
      quiet: NIGHT,
    },
    {
      what: "after a siesta",
      at: "2026-11-21T13:30:00+08:00",
      until: "2026-11-21T14:00:00+08:00",
      zone: "Asia/Shanghai",
      quiet: { from: "12:30", to: "14:00" },
    },
    // Spring forward, 8 March 2026: 02:00 EST is 03:00 EDT. The night is an hour shorter.
    {
      what: "at seven by the wall in the short night",
      at: "2026-03-07T23:00:00-05:00",
      until: "2026-03-08T07:00:00-04:00",
      zone: "America/New_York",
      quiet: NIGHT,
    },
    // The end itself does not exist on that day: the first instant after it.
    {
      what: "where the clock jumps over their end",
      at: "2026-03-08T01:30:00-05:00",
      until: "2026-03-08T03:00:00-04:00",
      zone: "America/New_York",
      quiet: { from: "22:00", to: "02:30" },
    },
    // Fall back, 1 November 2026: 02:00 EDT is 01:00 EST.
    {
      what: "at seven by the wall in the long night",
      at: "2026-10-31T23:00:00-04:00",
      until: "2026-11-01T07:00:00-05:00",
      zone: "America/New_York",
      quiet: NIGHT,
    },
    {
      what: "at the second 01:30 when the first has passed",
      at: "2026-11-01T01:10:00-05:00",
      until: "2026-11-01T01:30:00-05:00",
      zone: "America/New_York",
      quiet: { from: "22:00", to: "01:30" },
    },
  ])("$what", ({ at, until = at, zone, quiet }) => {
    const untilMs = quietUntilMs(Date.parse(at), quiet, zone);
    expect(new Date(untilMs).toISOString()).toBe(new Date(until).toISOString());
  });
});
