import { defaultViciousLoadRule, type Sample } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { countReplay, pictureOf, type RecordedStep, replay, trialOf, triedRule } from "./recorded-step.ts";

const START_MS = Date.UTC(2026, 0, 2, 2);
const at = (second: number) => new Date(START_MS + second * 1000).toISOString();
const sample = (second: number, activePowerW: number, reactivePowerVar: number) =>
  ({ at: at(second), activePowerW, reactivePowerVar }) as Sample;

/** On 100 W something of so many watts and vars comes at second 5. */
function step(watts: number, vars: number, outcome: RecordedStep["outcome"]): RecordedStep {
  const after = [5, 10, 15, 20].map((second) => sample(second, 100 + watts, 20 + vars));
  return {
    ...{
      id: `${watts}`,
      circuitId: "c",
      at: at(20),
      outcome,
      isTripped: outcome === "vicious",
      ruleVersion: 2,
    },
    ...{ deltaPowerW: watts, deltaReactiveVar: vars, factorPpm: 0 },
    judged: {
      kind: "step",
      bases: [{ point: { atMs: START_MS, powerW: 100, reactiveVar: 20 } }],
      onsetAt: at(5),
    },
    samples: [sample(0, 100, 20), ...after],
  };
}
const KETTLE = step(1800, 10, "vicious");
const VACUUM = step(900, 160, "factor-too-low");
const LAMP = step(300, 0, "below-threshold");

describe("a replay", () => {
  it("of the rule in force says what happened", () => {
    const replayed = replay(triedRule(defaultViciousLoadRule, trialOf()), [KETTLE, VACUUM, LAMP]);
    expect(replayed.map(({ proposed }) => proposed.outcome)).toEqual([
      "vicious",
      "factor-too-low",
      "below-threshold",
    ]);
    expect(countReplay(replayed)).toEqual({ vicious: 1, wouldBe: 1, more: 0, fewer: 0 });
  });

  it("of a stricter one finds more, of a looser one fewer", () => {
    const stricter = triedRule(undefined, { stepThresholdW: 200, factorThresholdMilli: 980 });
    expect(countReplay(replay(stricter, [KETTLE, VACUUM, LAMP]))).toEqual({
      ...{ vicious: 1, wouldBe: 3, more: 2, fewer: 0 },
    });
    const looser = triedRule(undefined, { stepThresholdW: 2000, factorThresholdMilli: 995 });
    expect(countReplay(replay(looser, [KETTLE]))).toEqual({ vicious: 1, wouldBe: 0, more: 0, fewer: 1 });
  });

  it("tries a rule that is off as if it only told", () => {
    expect(triedRule({ ...defaultViciousLoadRule, mode: "off" }, trialOf()).mode).toBe("alarm");
  });
});

describe("the picture of a step", () => {
  it("begins with the base, and marks the onset", () => {
    expect(pictureOf(KETTLE)).toMatchObject({ baseW: 100, onsetS: 5, lastS: 20, lowW: 0, highW: 1900 });
    const late = { ...KETTLE, samples: KETTLE.samples.slice(1) };
    expect(pictureOf(late)?.points[0]).toEqual({ atS: 0, powerW: 100, reactiveVar: 20 });
    expect(pictureOf({ ...KETTLE, samples: [] })).toBeNull();
  });
});
