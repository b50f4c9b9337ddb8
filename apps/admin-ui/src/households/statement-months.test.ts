import { expect, it } from "vitest";
import { monthsSince } from "./statement-months.ts";

it.each([
  ["2026-03", "2026-03", 24, ["2026-03"]],
  ["2025-11", "2026-02", 24, ["2026-02", "2026-01", "2025-12", "2025-11"]],
  ["2020-01", "2026-02", 3, ["2026-02", "2026-01", "2025-12"]],
] as const)("from %s to %s, at most %i", (opened, now, most, expected) => {
  expect(monthsSince(opened, now, most)).toEqual(expected);
});
