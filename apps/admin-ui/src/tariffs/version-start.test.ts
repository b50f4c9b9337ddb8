import { expect, it } from "vitest";
import { startMs } from "./version-start.ts";

const SHANGHAI = "Asia/Shanghai";
const BERLIN = "Europe/Berlin";

it.each([
  ["at once", "now", "", "2026-11-21T10:00:00Z", SHANGHAI, "2026-11-21T10:00:00.000Z"],
  ["at midnight", "midnight", "", "2026-11-21T10:00:00Z", SHANGHAI, "2026-11-21T16:00:00.000Z"],
  [
    "at midnight after a day of 25 hours",
    "midnight",
    "",
    "2026-10-25T10:00:00Z",
    BERLIN,
    "2026-10-25T23:00:00.000Z",
  ],
  [
    "on the first, over the year's end",
    "month",
    "",
    "2026-12-31T10:00:00Z",
    SHANGHAI,
    "2026-12-31T16:00:00.000Z",
  ],
  ["at a wall time", "at", "2027-01-01T00:00", "2026-11-21T10:00:00Z", SHANGHAI, "2026-12-31T16:00:00.000Z"],
  ["at no time", "at", "", "2026-11-21T10:00:00Z", SHANGHAI, null],
] as const)("%s", (_name, kind, wallTime, now, timeZone, expected) => {
  const ms = startMs({ kind, wallTime }, Date.parse(now), timeZone);
  expect(ms === null ? null : new Date(ms).toISOString()).toBe(expected);
});
