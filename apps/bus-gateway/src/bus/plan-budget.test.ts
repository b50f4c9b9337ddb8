import { expect, it } from "vitest";
import { lineCosts } from "../protocol/line-costs.ts";
import type { PollEntry } from "./bus.ts";
import { budgetOf } from "./plan-budget.ts";

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

const known = (turnaroundMs: number) => ({ turnaroundMs: () => turnaroundMs });
const milli = (plan: PollEntry[], turnaroundMs: number) =>
  budgetOf(plan, LINE, known(turnaroundMs)).plannedMilli;

it("knows the share of the wire before the plan is applied", () => {
  // gateway.md: 8.65 reads of 40 registers a second are the limit with a slave of 5 ms.
  expect(milli(cabinet(8, 1000), 5)).toBeLessThanOrEqual(1000);
  expect(milli(cabinet(9, 1000), 5)).toBeGreaterThan(1000);
  expect(budgetOf(cabinet(9, 1000), LINE, known(5)).overcommitted).toBe(true);
});

it("counts what each unit needs and the pause its profile asks for", () => {
  // 93 characters, 40 ms, one silence, and 500 ms of pause in its place: 650.6 ms of a second.
  expect(milli(cabinet(1, 1000, 500), 40)).toBe(Math.ceil((93 * 11) / 9.6 + 40 + 500));
  expect(milli([], 40)).toBe(0);
  expect(budgetOf(cabinet(1, 1000, 500), LINE, { turnaroundMs: () => null }).entries).toMatchObject([
    {
      key: "0",
      wireMs: expect.closeTo((93 * 11) / 9.6 + 2 * 4.0104, 3),
      turnaroundMs: expect.closeTo(40 - 4.0104, 3),
    },
  ]);
});

/** Circuits of ten registers in one unit. */
function oneUnit(circuits: number, intervalMs: number, lane: PollEntry["lane"] = "poll"): PollEntry[] {
  return Array.from({ length: circuits }, (_, n) => ({
    key: `${lane} ${n}`,
    unitId: 1,
    blocks: [{ name: "ten registers", function: 3, address: 10 * n, count: 10 }],
    holes: [],
    profile: { minimumGapMs: 0, longestLatencyMs: 500 },
    intervalMs,
    lane,
  }));
}

it("lets circuits of one unit share reads", () => {
  // One read of 120 registers: 253 characters, 40 ms and a silence.
  const sharedMs = (253 * 11) / 9.6 + 40 + (3.5 * 11) / 9.6;
  const { plannedMilli, entries } = budgetOf(oneUnit(12, 1000), LINE, known(40));
  expect(plannedMilli).toBe(Math.ceil(sharedMs));
  for (const { wireMs, turnaroundMs } of entries) expect(wireMs + turnaroundMs).toBeCloseTo(sharedMs / 12, 6);
});

it("parts them where the unit has refused to be read across", () => {
  const splits = () => [{ function: 3 as const, from: 59, to: 60 }];
  const { plannedMilli } = budgetOf(oneUnit(12, 1000), LINE, { turnaroundMs: () => 40, splits });
  expect(plannedMilli).toBe(Math.ceil(2 * ((133 * 11) / 9.6 + 40 + 4.0104)));
});

it("gives each lane its share, and does not bill slow samples for the fast ones they come along with", () => {
  const plan = [...oneUnit(1, 1000, "watch"), ...oneUnit(12, 5000).slice(1)];
  const { plannedMilli, lanes } = budgetOf(plan, LINE, known(40));
  expect(lanes.watch).toBe(Math.ceil((33 * 11) / 9.6 + 40 + 4.0104));
  // Each by itself they would take 90; beside a watched one, joined reads are short.
  expect(lanes.poll).toBeLessThan(90);
  expect(plannedMilli).toBeLessThanOrEqual(lanes.watch + lanes.poll);
});
