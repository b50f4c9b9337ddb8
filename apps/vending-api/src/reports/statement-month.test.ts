import { describe, expect, it } from "vitest";
import { monthBounds, statementMonthOf } from "./statement-month.ts";

const ZONE = "Asia/Shanghai";
const usage = (day: string, at: string) => ({ kind: "usage", at: new Date(at), details: { day } }) as const;

describe("statementMonthOf", () => {
  it.each([
    [
      "a purchase, when it was booked",
      { kind: "purchase", at: new Date("2025-11-30T16:00:00Z"), details: {} },
      "2025-12",
    ],
    [
      "one a second earlier",
      { kind: "purchase", at: new Date("2025-11-30T15:59:59Z"), details: {} },
      "2025-11",
    ],
    ["the last day's use, booked after midnight", usage("2025-11-30", "2025-11-30T16:00:05Z"), "2025-11"],
    ["use that came within three days", usage("2025-11-28", "2025-12-03T15:59:59Z"), "2025-11"],
    ["use that came after the month was closed", usage("2025-11-28", "2025-12-03T16:00:00Z"), "2025-12"],
    ["use of long ago", usage("2025-09-02", "2025-11-20T00:00:00Z"), "2025-11"],
    ["use settled on its own day", usage("2025-11-20", "2025-11-20T05:00:00Z"), "2025-11"],
  ] as const)("%s", (_, entry, month) => {
    expect(statementMonthOf(entry, ZONE)).toBe(month);
  });
});

describe("monthBounds", () => {
  it("goes from local midnight to local midnight, over a change of clocks", () => {
    expect(monthBounds("2025-03", "Europe/Berlin")).toEqual({
      from: new Date("2025-02-28T23:00:00Z"),
      to: new Date("2025-03-31T22:00:00Z"),
      closesAt: new Date("2025-04-03T22:00:00Z"),
    });
  });

  it("begins at 01:00 where the month's first day has no midnight", () => {
    // Paraguay put its clocks on at midnight of 1 October 2023.
    expect(monthBounds("2023-10", "America/Asuncion").from).toEqual(new Date("2023-10-01T04:00:00Z"));
  });
});
