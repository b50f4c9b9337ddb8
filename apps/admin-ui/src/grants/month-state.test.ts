import { describe, expect, it } from "vitest";
import { mayRun, missedMonths, monthStateOf, nextDue } from "./month-state.ts";
import type { GrantMonth } from "./rows.ts";

const TODAY = "2026-11-21";
const month = (name: string, change: Partial<GrantMonth> = {}): GrantMonth => ({
  id: `p.${name}`,
  policyId: "p",
  month: name,
  dueOn: `${name}-05`,
  runAt: null,
  isReversed: false,
  households: 0,
  given: 0,
  used: 0,
  expired: 0,
  takenBack: 0,
  left: 0,
  ...change,
});

describe("a month of a policy", () => {
  it.each([
    ["its day is to come", month("2026-12"), "upcoming"],
    ["its day is today", month("2026-11", { dueOn: TODAY }), "missed"],
    ["granted", month("2026-10", { runAt: "2026-10-05T00:00:00Z" }), "granted"],
    ["taken back", month("2026-10", { runAt: "2026-10-05T00:00:00Z", isReversed: true }), "reversed"],
    ["excluded", month("2026-08", { dueOn: null }), "none"],
  ])("%s", (_name, row, state) => {
    expect(monthStateOf(row, TODAY)).toBe(state);
  });

  it.each([
    ["this month, though its day is to come", month("2026-11", { dueOn: "2026-11-30" }), true],
    ["next month", month("2026-12"), false],
    ["a month that was granted, for those who came later", month("2026-10", { runAt: "x" }), true],
    ["one that was taken back", month("2026-10", { runAt: "x", isReversed: true }), false],
    ["an excluded one", month("2026-08", { dueOn: null }), false],
  ])("may be run: %s", (_name, row, expected) => {
    expect(mayRun(row, TODAY)).toBe(expected);
  });

  it("is found as the next due one, and among the missed", () => {
    const months = [
      month("2027-01"),
      month("2026-11", { dueOn: "2026-11-30" }),
      month("2026-10"),
      month("2026-09", { runAt: "x" }),
      month("2026-08"),
    ];
    expect(nextDue(months, TODAY)?.month).toBe("2026-11");
    expect(nextDue([month("2026-10")], TODAY)).toBeUndefined();
    expect(missedMonths(months, TODAY).map((row) => row.month)).toEqual(["2026-08", "2026-10"]);
  });
});
