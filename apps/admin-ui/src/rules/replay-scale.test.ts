import { expect, it } from "vitest";
import { judgedDifferently, measuredOf, replayScale } from "./replay-scale.ts";
import type { ReplayedStep, ReplayVerdict } from "./rows.ts";

const verdict = (fields: Partial<ReplayVerdict>): ReplayVerdict => ({
  outcome: "vicious",
  action: "alarm",
  deltaPowerW: 2000,
  deltaReactiveVar: 10,
  factorPpm: 999_900,
  ...fields,
});
const step = (proposed: Partial<ReplayVerdict>, happened: Partial<ReplayVerdict> = {}): ReplayedStep => ({
  id: "s",
  circuitId: "c",
  at: "2026-11-21T10:00:00Z",
  kind: "step",
  happened: { ...verdict(happened), ruleVersion: 2 },
  proposed: verdict(proposed),
});

it.each([
  ["kettles", [step({})], 995, { mostW: 2000, leastFactor: 0.98 }],
  ["a motor", [step({ factorPpm: 960_000, deltaPowerW: 2400 })], 995, { mostW: 3000, leastFactor: 0.95 }],
  ["a lenient rule", [step({})], 880, { mostW: 2000, leastFactor: 0.8 }],
  ["nothing", [], 995, { mostW: 1000, leastFactor: 0.98 }],
])("shows %s", (_name, steps, threshold, expected) => {
  expect(replayScale(steps, threshold)).toEqual(expected);
});

it("shows a step as it was measured where the rule left it undecided", () => {
  const undecided = step({ outcome: "undecided", deltaPowerW: 0, factorPpm: 0 });
  expect(measuredOf(undecided).deltaPowerW).toBe(2000);
});

it("finds what is judged differently", () => {
  const newly = step({ action: "trip" });
  expect(judgedDifferently([step({}), newly])).toEqual([newly]);
});
