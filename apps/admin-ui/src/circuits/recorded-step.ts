import {
  defaultViciousLoadRule,
  type ReplayedCase,
  replayCase,
  type Sample,
  type ViciousCase,
  type ViciousLoadRule,
  type ViciousOutcome,
} from "@hallmeter/meter-model";

/** A step of the load as it was judged, with all that makes the judgement again. */
export interface RecordedStep {
  id: string;
  circuitId: string;
  at: string;
  outcome: ViciousOutcome;
  isTripped: boolean;
  ruleVersion: number;
  deltaPowerW: number;
  deltaReactiveVar: number;
  factorPpm: number;
  judged: ViciousCase;
  samples: Sample[];
}

/** What a person changes about a rule to see what would have happened. */
export interface Trial {
  stepThresholdW: number;
  factorThresholdMilli: number;
}

export const trialOf = (rule: ViciousLoadRule = defaultViciousLoadRule): Trial => ({
  stepThresholdW: rule.stepThresholdW,
  factorThresholdMilli: rule.factorThresholdMilli,
});

/** The circuit's rule with the trial's figures; its lowest range begins no higher than the threshold that is tried. */
export function triedRule(rule: ViciousLoadRule | undefined, trial: Trial): ViciousLoadRule {
  const base = rule ?? defaultViciousLoadRule;
  const [lowest, ...others] = [...base.ranges].sort((a, b) => a.fromW - b.fromW);
  const ranges =
    lowest === undefined
      ? base.ranges
      : [{ ...lowest, fromW: Math.min(lowest.fromW, trial.stepThresholdW) }, ...others];
  return { ...base, ...trial, ranges, mode: base.mode === "off" ? "alarm" : base.mode };
}

export interface Replayed {
  step: RecordedStep;
  proposed: ReplayedCase;
}

export interface ReplayCounts {
  vicious: number;
  wouldBe: number;
  more: number;
  fewer: number;
}

/** The same code that judges in the gateway, over the samples that were kept. */
export function replay(rule: ViciousLoadRule, steps: readonly RecordedStep[]): Replayed[] {
  return steps.map((step) => ({ step, proposed: replayCase(rule, step.judged, step.samples) }));
}

export function countReplay(replayed: readonly Replayed[]): ReplayCounts {
  const count = (is: (one: Replayed) => boolean) => replayed.filter(is).length;
  const was = ({ step }: Replayed) => step.outcome === "vicious";
  const would = ({ proposed }: Replayed) => proposed.outcome === "vicious";
  return {
    vicious: count(was),
    wouldBe: count(would),
    more: count((one) => would(one) && !was(one)),
    fewer: count((one) => was(one) && !would(one)),
  };
}

export interface StepPicture {
  /** Seconds from the first sample. */
  points: { atS: number; powerW: number; reactiveVar: number }[];
  baseW: number;
  onsetS: number | null;
  lastS: number;
  lowW: number;
  highW: number;
}

/** What a step is drawn from: the base it was measured from, and the samples around it. */
export function pictureOf({ judged, samples }: Pick<RecordedStep, "judged" | "samples">): StepPicture | null {
  const [first] = samples;
  const [base] = judged.bases;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || base === undefined) return null;
  const firstMs = Math.min(Date.parse(first.at), base.point.atMs);
  const points = samples.map(({ at, activePowerW, reactivePowerVar }) => ({
    atS: (Date.parse(at) - firstMs) / 1000,
    powerW: activePowerW,
    reactiveVar: reactivePowerVar,
  }));
  const basePoint = {
    atS: (base.point.atMs - firstMs) / 1000,
    powerW: base.point.powerW,
    reactiveVar: base.point.reactiveVar,
  };
  // After a trip the base is remembered from before it, and lies among the samples only by its time.
  const isBefore = base.point.atMs < Date.parse(first.at);
  const all = isBefore ? [basePoint, ...points] : points;
  const values = all.flatMap(({ powerW, reactiveVar }) => [powerW, reactiveVar]);
  return {
    points: all,
    baseW: base.point.powerW,
    onsetS: judged.onsetAt === undefined ? null : (Date.parse(judged.onsetAt) - firstMs) / 1000,
    lastS: Math.max(1, (Date.parse(last.at) - firstMs) / 1000),
    lowW: Math.min(0, ...values),
    highW: Math.max(100, ...values),
  };
}
