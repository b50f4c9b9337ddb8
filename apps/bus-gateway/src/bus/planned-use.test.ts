import { expect, it } from "vitest";
import { lineCosts } from "../protocol/line-costs.ts";
import type { PollEntry } from "./bus.ts";
import { plannedMilli } from "./planned-use.ts";

const LINE = lineCosts({ baud: 9600, parity: "even", stopBits: 1 });

function cabinet(circuits: number, intervalMs: number, minimumGapMs = 0): PollEntry[] {
  return Array.from({ length: circuits }, (_, n) => ({
    key: `${n}`,
    unitId: n + 1,
    blocks: [{ name: "forty registers", function: 3, address: 0, count: 40 }],
    holes: [],
    profile: { minimumGapMs, longestLatencyMs: 500 },
    intervalMs,
    lane: "poll",
  }));
}

it("knows the share of the wire before the plan is applied", () => {
  // gateway.md: 8.65 reads of 40 registers a second are the limit with a slave of 5 ms.
  expect(plannedMilli(cabinet(8, 1000), LINE, () => 5)).toBeLessThanOrEqual(1000);
  expect(plannedMilli(cabinet(9, 1000), LINE, () => 5)).toBeGreaterThan(1000);
});

it("counts what each unit needs and the pause its profile asks for", () => {
  // 93 characters, 40 ms, one silence, and 500 ms of pause in its place: 650.6 ms of a second.
  expect(plannedMilli(cabinet(1, 1000, 500), LINE, () => 40)).toBe(Math.ceil((93 * 11) / 9.6 + 40 + 500));
  expect(plannedMilli([], LINE, () => 40)).toBe(0);
});
