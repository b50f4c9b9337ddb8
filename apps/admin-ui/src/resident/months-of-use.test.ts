import { expect, it } from "vitest";
import { monthsOfUse } from "./months-of-use.ts";

it("sums days into the months that they belong to, oldest first", () => {
  const days = [
    { day: "2026-03-01", wh: 5, costMinor: 1 },
    { day: "2026-02-27", wh: 100, costMinor: 10 },
    { day: "2026-02-28", wh: 200, costMinor: 20 },
  ];
  expect(monthsOfUse(days)).toEqual([
    { month: "2026-02", wh: 300, costMinor: 30 },
    { month: "2026-03", wh: 5, costMinor: 1 },
  ]);
  expect(monthsOfUse([])).toEqual([]);
});
