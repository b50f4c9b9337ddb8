import { z } from "zod";
import { type Sample, sampleSchema } from "../sample.ts";
import { instantMs } from "../time/instant.ts";
import type { ViciousLoadRule } from "./rule-config.ts";

/** What a step is measured from. */
export const loadPointSchema = z.object({ atMs: z.int(), powerW: z.int(), reactiveVar: z.int() });
export type LoadPoint = z.infer<typeof loadPointSchema>;

/** A base to measure a step from. With an expected step only a step of about that size counts (a probe after a trip). */
export const stepBaseSchema = z.object({ point: loadPointSchema, expectedStepW: z.int().optional() });
export type StepBase = z.infer<typeof stepBaseSchema>;

export const VICIOUS_OUTCOMES = [
  "vicious",
  "factor-too-low",
  "outside-ranges",
  "below-threshold",
  "undecided",
] as const;
export type ViciousOutcome = (typeof VICIOUS_OUTCOMES)[number];

/** One judgement with all that is needed to show, appeal and repeat it. */
export const viciousVerdictSchema = z.object({
  /** `step`: one switching on; `level`: a rise over the window that no step explains. */
  kind: z.enum(["step", "level"]),
  outcome: z.enum(VICIOUS_OUTCOMES),
  at: z.string(),
  ruleVersion: z.int(),
  base: loadPointSchema,
  /** All that the step was measured from; the one that matched is `base`. */
  bases: z.array(stepBaseSchema).min(1),
  /** First sample of the rise, for a step. */
  onsetAt: z.string().optional(),
  deltaPowerW: z.int(),
  deltaReactiveVar: z.int(),
  /** ΔP/√(ΔP²+ΔQ²) in millionths, rounded down; 0 when there is no rise. */
  factorPpm: z.int(),
  /** Settled samples that met every condition, of those judged. */
  matched: z.int(),
  judged: z.int(),
  samples: z.array(sampleSchema),
});
export type ViciousVerdict = z.infer<typeof viciousVerdictSchema>;

/** What a verdict was made from, besides its samples: enough to make it again under another rule. */
export const viciousCaseSchema = z.object({
  kind: z.enum(["step", "level"]),
  bases: z.array(stepBaseSchema).min(1),
  /** First sample of the rise, for a step. */
  onsetAt: z.string().optional(),
});
export type ViciousCase = z.infer<typeof viciousCaseSchema>;

export function viciousCaseOf({ kind, bases, onsetAt }: ViciousVerdict): ViciousCase {
  return { kind, bases, ...(onsetAt === undefined ? {} : { onsetAt }) };
}

export interface LoadVector {
  deltaPowerW: number;
  deltaReactiveVar: number;
  factorPpm: number;
}

export function loadPoint(sample: Sample): LoadPoint {
  return {
    atMs: instantMs(sample.at),
    powerW: sample.activePowerW,
    reactiveVar: sample.reactivePowerVar,
  };
}

export function loadVector(base: LoadPoint, point: LoadPoint): LoadVector {
  const deltaPowerW = point.powerW - base.powerW;
  const deltaReactiveVar = point.reactiveVar - base.reactiveVar;
  const length = Math.hypot(deltaPowerW, deltaReactiveVar);
  const factorPpm = deltaPowerW <= 0 ? 0 : Math.floor((deltaPowerW * 1_000_000) / length);
  return { deltaPowerW, deltaReactiveVar, factorPpm };
}

/** Whether the vector alone is what the rule looks for, and if not, why not. */
export function judgeVector(rule: ViciousLoadRule, vector: LoadVector, thresholdW: number): ViciousOutcome {
  if (vector.deltaPowerW < thresholdW) return "below-threshold";
  if (vector.factorPpm < rule.factorThresholdMilli * 1000) return "factor-too-low";
  return "vicious";
}

function judgeStepVector(rule: ViciousLoadRule, vector: LoadVector): ViciousOutcome {
  const outcome = judgeVector(rule, vector, rule.stepThresholdW);
  if (outcome !== "vicious") return outcome;
  const isControlled = rule.ranges.some(
    (range) => vector.deltaPowerW >= range.fromW && vector.deltaPowerW <= range.toW,
  );
  return isControlled ? "vicious" : "outside-ranges";
}

/** A load found again after a trip may have changed this much with the voltage and its own heat. */
const EXPECTED_STEP_TOLERANCE_MILLI = 300;

function judgeFromBase(rule: ViciousLoadRule, base: StepBase, sample: Sample) {
  const vector = loadVector(base.point, loadPoint(sample));
  const { expectedStepW } = base;
  const isOther =
    expectedStepW !== undefined &&
    Math.abs(vector.deltaPowerW - expectedStepW) * 1000 > expectedStepW * EXPECTED_STEP_TOLERANCE_MILLI;
  const outcome: ViciousOutcome = isOther ? "below-threshold" : judgeStepVector(rule, vector);
  return { base: base.point, vector, outcome, at: sample.at };
}

/** Two samples agree when they differ by no more than this share of the step, or by a small appliance's flicker. */
const STEADY_MILLI = 100;
const STEADY_W = 30;
/** What still changes after this is how the appliance runs. A motor of trip class 10 (IEC 60947-4-1) has started by then. */
const LONGEST_INRUSH_MS = 10_000;

/**
 * No inrush lies between the two: they agree, or the first is a part of the second, as when the appliance came on within the
 * second that the meter averaged.
 */
function isSteady(base: LoadPoint, before: LoadPoint, point: LoadPoint): boolean {
  const step = { p: point.powerW - base.powerW, q: point.reactiveVar - base.reactiveVar };
  const early = { p: before.powerW - base.powerW, q: before.reactiveVar - base.reactiveVar };
  const length = Math.hypot(step.p, step.q);
  const tolerance = Math.max(STEADY_W, (length * STEADY_MILLI) / 1000);
  if (Math.hypot(step.p - early.p, step.q - early.q) <= tolerance) return true;
  const part = (early.p * step.p + early.q * step.q) / length ** 2;
  const aside = Math.abs(early.p * step.q - early.q * step.p) / length;
  return part > 0 && part < 1 && aside <= tolerance;
}

/** The samples that show the step after its inrush: from the first of two that agree, or from the longest inrush on. */
export function settledSamples(rule: ViciousLoadRule, base: LoadPoint, after: readonly Sample[]): Sample[] {
  const [onset] = after;
  if (onset === undefined) return [];
  const onsetMs = instantMs(onset.at);
  let before = loadPoint(onset);
  for (const [index, sample] of after.entries()) {
    const point = loadPoint(sample);
    const sinceMs = point.atMs - onsetMs;
    if (index > 0 && sinceMs >= rule.settleMs) {
      if (isSteady(base, before, point)) return after.slice(index - 1);
      if (sinceMs >= LONGEST_INRUSH_MS) return after.slice(index);
    }
    before = point;
  }
  return [];
}

/**
 * Judges one step: `after` are the samples from its onset on, oldest first. Those that have settled count; the step is vicious
 * once `m` of the first `n` of them match, and dismissed once that is out of reach. Several bases may be given (a probe after a
 * trip has two): a sample matches if it does from one of them.
 * Pure; the same function judges recorded steps.
 */
export function judgeViciousStep(
  rule: ViciousLoadRule,
  bases: readonly [StepBase, ...StepBase[]],
  after: readonly Sample[],
): ViciousVerdict {
  const [firstBase] = bases;
  const onsetAt = after[0]?.at ?? new Date(firstBase.point.atMs).toISOString();
  const { n } = rule.confirm;
  const m = Math.min(rule.confirm.m, n);

  let shown = {
    base: firstBase.point,
    vector: { deltaPowerW: 0, deltaReactiveVar: 0, factorPpm: 0 },
    outcome: "undecided" as ViciousOutcome,
    at: onsetAt,
  };
  let matched = 0;
  let judged = 0;
  for (const sample of settledSamples(rule, firstBase.point, after).slice(0, n)) {
    const judgements = bases.map((base) => judgeFromBase(rule, base, sample));
    const match = judgements.find((each) => each.outcome === "vicious");
    judged += 1;
    if (match !== undefined) matched += 1;
    // A match is shown once the step is proved; until then, what spoke against it.
    const miss = match === undefined ? judgements[0] : undefined;
    if (miss !== undefined) shown = miss;
    if (match !== undefined && matched >= m) {
      shown = match;
      break;
    }
    if (judged - matched > n - m) break;
  }
  const isDecided = matched >= m || judged - matched > n - m;
  return {
    kind: "step",
    outcome: isDecided ? shown.outcome : "undecided",
    at: shown.at,
    ruleVersion: rule.version,
    base: shown.base,
    bases: [...bases],
    onsetAt,
    ...shown.vector,
    matched,
    judged,
    samples: [...after],
  };
}
