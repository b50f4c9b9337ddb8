import { describe, expect, it } from "vitest";
import { datesAsked, periodsOf } from "./use-periods.ts";

// 02:30 on the first of March in Shanghai.
const NOW = Date.parse("2026-02-28T18:30:00Z");

describe("datesAsked", () => {
  it("ends on the site's today", () => {
    expect(datesAsked("days", NOW, "Asia/Shanghai")).toEqual({ from: "2026-01-31", to: "2026-03-01" });
  });

  it("begins twelve months with the first day of the eleventh month before this one", () => {
    expect(datesAsked("months", NOW, "Asia/Shanghai")).toEqual({ from: "2025-04-01", to: "2026-03-01" });
    expect(datesAsked("months", NOW, "UTC")).toEqual({ from: "2025-03-01", to: "2026-02-28" });
  });
});

describe("periodsOf", () => {
  const days = [
    { day: "2026-03-01", wh: 1, costMinor: 10 },
    { day: "2026-02-28", wh: 2, costMinor: 20 },
    { day: "2026-02-27", wh: 3, costMinor: 30 },
  ];

  it("keeps days, oldest first", () => {
    expect(periodsOf(days, "days").map(({ period }) => period)).toEqual([
      "2026-02-27",
      "2026-02-28",
      "2026-03-01",
    ]);
  });

  it("sums months", () => {
    expect(periodsOf(days, "months")).toEqual([
      { period: "2026-02", wh: 5, costMinor: 50 },
      { period: "2026-03", wh: 1, costMinor: 10 },
    ]);
  });
});
