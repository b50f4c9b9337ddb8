import { describe, expect, it } from "vitest";
import { type PeriodName, periodName, periodOf } from "./period.ts";

const NONE = { from: "", to: "" };

describe("a period", () => {
  it.each<[PeriodName, string, { from: string; to: string }]>([
    ["week", "2026-03-03", { from: "2026-02-25", to: "2026-03-03" }],
    ["month-to-date", "2026-03-03", { from: "2026-03-01", to: "2026-03-03" }],
    ["month-to-date", "2026-03-01", { from: "2026-03-01", to: "2026-03-01" }],
    ["last-month", "2026-03-31", { from: "2026-02-01", to: "2026-02-28" }],
    ["last-month", "2026-01-15", { from: "2025-12-01", to: "2025-12-31" }],
    ["quarter", "2026-03-31", { from: "2026-01-01", to: "2026-03-31" }],
  ])("%s on %s", (name, today, expected) => {
    expect(periodOf(name, today, NONE)).toEqual(expected);
  });

  it.each<[string, { from: string; to: string }, { from: string; to: string }]>([
    ["of two days", { from: "2026-01-05", to: "2026-02-01" }, { from: "2026-01-05", to: "2026-02-01" }],
    ["without an end", { from: "2026-03-01", to: "" }, { from: "2026-03-01", to: "2026-03-31" }],
    [
      "the wrong way round",
      { from: "2026-03-09", to: "2026-03-01" },
      { from: "2026-01-31", to: "2026-03-01" },
    ],
    ["of no days", { from: "2026-02-31", to: "soon" }, { from: "2026-03-02", to: "2026-03-31" }],
    ["of many years", { from: "1999-01-01", to: "2026-03-31" }, { from: "2025-03-31", to: "2026-03-31" }],
  ])("of one's own, %s", (_name, own, expected) => {
    expect(periodOf("own", "2026-03-31", own)).toEqual(expected);
  });

  it("is the month to date when nothing known is named", () => {
    expect(periodName("toString")).toBe("month-to-date");
    expect(periodName("week")).toBe("week");
  });
});
