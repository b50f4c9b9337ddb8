import { describe, expect, it } from "vitest";
import { boundsOf, stepped } from "./profile-span.ts";

const hours = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => (toMs - fromMs) / 3_600_000;
const from = ({ fromMs }: { fromMs: number }) => new Date(fromMs).toISOString();

describe("the span of a load profile", () => {
  it.each([
    ["a plain day", "day", "2026-06-15", "Asia/Shanghai", 24, "2026-06-14T16:00:00.000Z"],
    ["a day of 23 hours", "day", "2026-03-29", "Europe/Berlin", 23, "2026-03-28T23:00:00.000Z"],
    ["a day of 25 hours", "day", "2026-10-25", "Europe/Berlin", 25, "2026-10-24T22:00:00.000Z"],
    ["far east", "day", "2026-06-15", "Pacific/Kiritimati", 24, "2026-06-14T10:00:00.000Z"],
    ["far west", "day", "2026-06-15", "Pacific/Pago_Pago", 24, "2026-06-15T11:00:00.000Z"],
    ["a week with a change", "week", "2026-03-30", "Europe/Berlin", 167, "2026-03-23T23:00:00.000Z"],
    ["a year", "year", "2026-12-31", "Asia/Shanghai", 8760, "2025-12-31T16:00:00.000Z"],
  ] as const)("is exact for %s", (_what, span, lastDay, timeZone, expectedHours, expectedFrom) => {
    const bounds = boundsOf(span, lastDay, timeZone);
    expect(hours(bounds)).toBe(expectedHours);
    expect(from(bounds)).toBe(expectedFrom);
  });

  it("moves by its own length and ends today", () => {
    expect(stepped("week", "2026-06-15", -1, "2026-06-15")).toBe("2026-06-08");
    expect(stepped("week", "2026-06-10", 1, "2026-06-15")).toBe("2026-06-15");
    expect(stepped("year", "2026-06-15", -1, "2026-06-15")).toBe("2025-06-15");
  });
});
