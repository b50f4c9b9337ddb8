import { describe, expect, it } from "vitest";
import { START_MS, sampleAt } from "./circuit-fixture.ts";
import { defaultViciousLoadRule } from "./defaults.ts";
import { judgeViciousStep, loadVector } from "./vicious-verdict.ts";

const base = { point: { atMs: START_MS, powerW: 100, reactiveVar: 40 } };
const after = (...powers: [number, number][]) =>
  powers.map(([activePowerW, reactivePowerVar], index) =>
    sampleAt(START_MS + (index + 1) * 5000, { activePowerW, reactivePowerVar }),
  );
const judge = (...powers: [number, number][]) =>
  judgeViciousStep(defaultViciousLoadRule, [base], after(...powers));

describe("loadVector", () => {
  // 3-4-5 and 20-21-29 triangles.
  it.each([
    { p: 4000, q: 3000, factor: 800_000 },
    { p: 2100, q: -2000, factor: 724_137 },
    { p: 2000, q: 0, factor: 1_000_000 },
    { p: 0, q: 0, factor: 0 },
    { p: -500, q: 0, factor: 0 },
  ])("gives $p W, $q var a factor of $factor millionths", ({ p, q, factor }) => {
    const vector = loadVector({ atMs: 0, powerW: 0, reactiveVar: 0 }, { atMs: 1, powerW: p, reactiveVar: q });
    expect(vector.factorPpm).toBe(factor);
  });
});

describe("judgeViciousStep", () => {
  it.each([
    {
      why: "a heater: inrush, then 2,000 W and 10 var",
      powers: [
        [2300, 300],
        [2100, 50],
        [2100, 50],
      ],
      outcome: "vicious",
    },
    {
      why: "a motor at 0.985",
      powers: [
        [2100, 386],
        [2100, 386],
        [2100, 386],
      ],
      outcome: "factor-too-low",
    },
    {
      why: "a lamp",
      powers: [
        [200, 40],
        [200, 40],
        [200, 40],
      ],
      outcome: "below-threshold",
    },
    {
      why: "a load that went away",
      powers: [
        [2100, 50],
        [100, 40],
        [100, 40],
      ],
      outcome: "below-threshold",
    },
    {
      why: "a load too big for the range",
      powers: [
        [12_000, 50],
        [12_000, 50],
        [12_000, 50],
      ],
      outcome: "outside-ranges",
    },
    {
      why: "two of four",
      powers: [
        [2100, 400],
        [2100, 400],
        [2100, 50],
        [2100, 50],
      ],
      confirm: { m: 2, n: 4 },
      outcome: "vicious",
    },
    {
      why: "a heater that came on within the second that the first sample averaged",
      powers: [
        [900, 45],
        [2100, 50],
      ],
      outcome: "vicious",
    },
    {
      why: "a motor whose inrush is mostly active",
      powers: [
        [4100, 240],
        [2100, 440],
        [2100, 440],
        [2100, 440],
      ],
      outcome: "factor-too-low",
    },
    {
      why: "an inrush that is not over",
      powers: [
        [6100, 50],
        [2100, 50],
      ],
      outcome: "undecided",
    },
    {
      why: "a load that never comes to rest, after the longest inrush",
      powers: [
        [2100, 50],
        [3100, 50],
        [2100, 50],
        [3100, 50],
      ],
      outcome: "vicious",
    },
    { why: "only the onset so far", powers: [[2100, 50]], outcome: "undecided" },
    {
      why: "one of two so far",
      powers: [
        [2100, 400],
        [2100, 400],
        [2100, 50],
      ],
      confirm: { m: 2, n: 4 },
      outcome: "undecided",
    },
  ] as { why: string; powers: [number, number][]; confirm?: { m: number; n: number }; outcome: string }[])(
    "judges $why",
    ({ powers, confirm = defaultViciousLoadRule.confirm, outcome }) => {
      const rule = { ...defaultViciousLoadRule, confirm };
      expect(judgeViciousStep(rule, [base], after(...powers)).outcome).toBe(outcome);
    },
  );

  it("carries the numbers it judged by", () => {
    expect(judge([2300, 300], [2100, 50], [2100, 60])).toMatchObject({
      kind: "step",
      ruleVersion: 2,
      base: base.point,
      deltaPowerW: 2000,
      deltaReactiveVar: 20,
      factorPpm: 999_950,
      matched: 2,
      judged: 2,
      at: new Date(START_MS + 15_000).toISOString(),
    });
  });

  it("does not judge what has not settled", () => {
    const eachSecond = [0, 1, 2].map((second) =>
      sampleAt(START_MS + second * 1000, { activePowerW: 2100, reactivePowerVar: 50 }),
    );
    const judged = (samples: number, settleMs: number) =>
      judgeViciousStep({ ...defaultViciousLoadRule, settleMs }, [base], eachSecond.slice(0, samples)).judged;
    expect([judged(2, 1500), judged(3, 1500), judged(3, 2001)]).toEqual([0, 2, 0]);
  });

  it("spares a step inside a gap of the ranges", () => {
    const rule = {
      ...defaultViciousLoadRule,
      ranges: [
        { fromW: 500, toW: 1200 },
        { fromW: 1800, toW: 9000 },
      ],
    };
    const outcome = (watt: number) =>
      judgeViciousStep(rule, [base], after([watt, 40], [watt, 40], [watt, 40])).outcome;
    expect([outcome(1300), outcome(1301), outcome(1899), outcome(1900)]).toEqual([
      "vicious",
      "outside-ranges",
      "outside-ranges",
      "vicious",
    ]);
  });

  it("finds the same load again among others after a probe, from the load before the trip", () => {
    // From zero: 2,700 W and 700 var, 0.968. Beside the 600 W and 680 var that were on before: 2,100 W and 20 var.
    const powers = after([2700, 700], [2700, 700], [2700, 700]);
    const zero = { point: { atMs: START_MS, powerW: 0, reactiveVar: 0 } };
    const before = { point: { atMs: START_MS, powerW: 600, reactiveVar: 680 }, expectedStepW: 2000 };
    expect(judgeViciousStep(defaultViciousLoadRule, [zero], powers).outcome).toBe("factor-too-low");
    expect(judgeViciousStep(defaultViciousLoadRule, [zero, before], powers).outcome).toBe("vicious");
    const other = { ...before, expectedStepW: 1000 };
    expect(judgeViciousStep(defaultViciousLoadRule, [zero, other], powers).outcome).toBe("factor-too-low");
  });
});
