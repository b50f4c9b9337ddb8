import { z } from "zod";
import { type Sample, sampleSchema } from "../sample.ts";
import type { ViciousLoadRule } from "./rule-config.ts";
import {
  judgeVector,
  judgeViciousStep,
  type LoadPoint,
  loadPoint,
  loadPointSchema,
  loadVector,
  type StepBase,
  stepBaseSchema,
  type ViciousVerdict,
} from "./vicious-verdict.ts";

/** A rise that began and is not yet judged. */
const candidateSchema = z.object({
  bases: z.tuple([stepBaseSchema], stepBaseSchema),
  before: sampleSchema.nullable(),
  /** From the onset on. */
  after: z.array(sampleSchema),
  /** The step once settled, before another one came on top. */
  settled: loadPointSchema.nullable(),
});
type Candidate = z.infer<typeof candidateSchema>;

const levelSchema = z.object({
  /** Steps already judged: what rises beside them is what the window looks at. */
  judgedW: z.int(),
  judgedVar: z.int(),
  /** The lowest point of each slice of the window, less the judged steps, oldest first. */
  slices: z.array(z.object({ point: loadPointSchema, sample: sampleSchema })),
  /** Whether the last samples were above the level, oldest first, at most `confirm.n`. */
  above: z.array(z.boolean()),
});
type Level = z.infer<typeof levelSchema>;

/** What the rule remembers between two samples. Plain JSON. */
export const viciousDetectorSchema = z.object({
  last: z
    .object({ point: loadPointSchema, sample: sampleSchema.nullable(), isOpenCircuit: z.boolean() })
    .nullable(),
  candidates: z.array(candidateSchema),
  level: levelSchema,
});
export type ViciousDetector = z.infer<typeof viciousDetectorSchema>;

export interface ObserveOptions {
  /** A longer pause between two samples starts everything again, ms. */
  longestGapMs: number;
  /** While probing after a trip: the load beside the tripped step, and the step. */
  tripped?: { baseW: number; baseVar: number; stepW: number } | null;
}

/** A quarter of the threshold: smaller rises hide in the base and shift the judged vector by less than that. */
const ONSET_SHARE = 4;
/** The smallest rise that is more than noise and one appliance's flicker, W. */
const SMALLEST_ONSET_W = 30;
/** Steps on top of one another within seconds; beyond that the level's window has to catch them. */
const MOST_CANDIDATES = 8;
/** Slices of the level's window: a lowest point is forgotten at most a twentieth of the window too late. */
const LEVEL_SLICES = 20;

const EMPTY_LEVEL: Level = { judgedW: 0, judgedVar: 0, slices: [], above: [] };

export function idleDetector(): ViciousDetector {
  return { last: null, candidates: [], level: EMPTY_LEVEL };
}

/** An open circuit draws nothing: what flows after closing is a step from zero. */
export function openCircuitDetector(atMs: number, sample: Sample | null = null): ViciousDetector {
  return {
    ...idleDetector(),
    last: { point: { atMs, powerW: 0, reactiveVar: 0 }, sample, isOpenCircuit: true },
  };
}

function isSettled(rule: ViciousLoadRule, candidate: Candidate, atMs: number): boolean {
  const onset = candidate.after[0];
  return onset !== undefined && atMs - Date.parse(onset.at) >= rule.settleS * 1000;
}

/** Opens a candidate when power rose, unless the rise belongs to one that has not settled yet. */
function openCandidate(
  detector: ViciousDetector,
  rule: ViciousLoadRule,
  point: LoadPoint,
  options: ObserveOptions,
): Candidate[] {
  const { last, candidates } = detector;
  const onsetW = Math.max(SMALLEST_ONSET_W, Math.floor(rule.stepThresholdW / ONSET_SHARE));
  const newest = candidates.at(-1);
  const isRise = last !== null && point.powerW - last.point.powerW >= onsetW;
  if (!isRise || candidates.length >= MOST_CANDIDATES) return candidates;
  if (newest !== undefined && !isSettled(rule, newest, last.point.atMs)) return candidates;
  const { tripped } = options;
  const beforeTrip: StepBase[] =
    last.isOpenCircuit && tripped
      ? [
          {
            point: { atMs: last.point.atMs, powerW: tripped.baseW, reactiveVar: tripped.baseVar },
            expectedStepW: tripped.stepW,
          },
        ]
      : [];
  return [
    ...candidates,
    { bases: [{ point: last.point }, ...beforeTrip], before: last.sample, after: [], settled: null },
  ];
}

function isRealStep(
  rule: ViciousLoadRule,
  candidate: Candidate,
): candidate is Candidate & { settled: LoadPoint } {
  return (
    candidate.settled !== null &&
    candidate.settled.powerW - candidate.bases[0].point.powerW >= rule.stepThresholdW
  );
}

/** Takes judged steps out of what the level's window sees. */
function withoutStep(level: Level, candidate: Candidate & { settled: LoadPoint }): Level {
  const base = candidate.bases[0].point;
  return {
    ...level,
    judgedW: level.judgedW + candidate.settled.powerW - base.powerW,
    judgedVar: level.judgedVar + candidate.settled.reactiveVar - base.reactiveVar,
  };
}

function observeLevel(
  level: Level,
  rule: ViciousLoadRule,
  sample: Sample,
): { level: Level; verdict?: ViciousVerdict } {
  if (rule.levelThresholdW === 0) return { level: EMPTY_LEVEL };
  const measured = loadPoint(sample);
  const point = {
    atMs: measured.atMs,
    powerW: measured.powerW - level.judgedW,
    reactiveVar: measured.reactiveVar - level.judgedVar,
  };
  const windowMs = rule.levelWindowS * 1000;
  const sliceMs = windowMs / LEVEL_SLICES;
  const sliceOf = (atMs: number) => Math.floor(atMs / sliceMs);
  const slices = level.slices.filter((slice) => point.atMs - slice.point.atMs <= windowMs);
  const current = slices.at(-1);
  if (current === undefined || sliceOf(current.point.atMs) !== sliceOf(point.atMs))
    slices.push({ point, sample });
  else if (point.powerW < current.point.powerW) slices[slices.length - 1] = { point, sample };

  const lowest = slices.reduce((low, slice) => (slice.point.powerW < low.point.powerW ? slice : low));
  const vector = loadVector(lowest.point, point);
  const isAbove = judgeVector(rule, vector, rule.levelThresholdW) === "vicious";
  const above = [...level.above, isAbove].slice(-rule.confirm.n);
  const matched = above.filter(Boolean).length;
  if (!isAbove || matched < Math.min(rule.confirm.m, rule.confirm.n))
    return { level: { ...level, slices, above } };
  return {
    level: {
      judgedW: level.judgedW + vector.deltaPowerW,
      judgedVar: level.judgedVar + vector.deltaReactiveVar,
      slices: [],
      above: [],
    },
    verdict: {
      kind: "level",
      outcome: "vicious",
      at: sample.at,
      ruleVersion: rule.version,
      base: {
        atMs: lowest.point.atMs,
        powerW: measured.powerW - vector.deltaPowerW,
        reactiveVar: measured.reactiveVar - vector.deltaReactiveVar,
      },
      ...vector,
      matched,
      judged: above.length,
      samples: [...slices.map((slice) => slice.sample).filter((each) => each.at < sample.at), sample],
    },
  };
}

/**
 * The next good sample of a closed or open circuit. Pure: time is the sample's own. Works from 1 s to about 10 s between
 * samples; of a step that comes and goes between two samples nothing can be known.
 */
export function observeLoad(
  detector: ViciousDetector,
  rule: ViciousLoadRule,
  sample: Sample,
  options: ObserveOptions,
): { detector: ViciousDetector; verdicts: ViciousVerdict[] } {
  const point = loadPoint(sample);
  if (sample.relay === "open") return { detector: openCircuitDetector(point.atMs, sample), verdicts: [] };
  const last = { point, sample, isOpenCircuit: false };
  if (detector.last === null || point.atMs - detector.last.point.atMs > options.longestGapMs)
    return { detector: { ...idleDetector(), last }, verdicts: [] };

  const extended = openCandidate(detector, rule, point, options).map((candidate, index, all) => ({
    ...candidate,
    after: [...candidate.after, sample],
    settled: index === all.length - 1 && isSettled(rule, candidate, point.atMs) ? point : candidate.settled,
  }));
  const verdicts: ViciousVerdict[] = [];
  const open: Candidate[] = [];
  let { level } = detector;
  for (const candidate of extended) {
    const verdict = judgeViciousStep(rule, candidate.bases, candidate.after);
    if (verdict.outcome === "undecided") {
      open.push(candidate);
      continue;
    }
    const before = candidate.before === null ? [] : [candidate.before];
    verdicts.push({ ...verdict, samples: [...before, ...verdict.samples] });
    if (isRealStep(rule, candidate)) level = withoutStep(level, candidate);
  }
  if (open.length === 0) {
    const observed = observeLevel(level, rule, sample);
    level = observed.level;
    if (observed.verdict !== undefined) verdicts.push(observed.verdict);
  }
  return { detector: { last, candidates: open, level }, verdicts };
}

/** Pauses longer than this start a replay's detector again: six polls of the default 5 s. */
const REPLAY_GAP_MS = 30_000;

/** What a rule would have said of recorded samples, oldest first: verdicts of every step and level. */
export function replayViciousLoad(
  rule: ViciousLoadRule,
  samples: readonly Sample[],
  longestGapMs = REPLAY_GAP_MS,
): ViciousVerdict[] {
  let detector = idleDetector();
  const verdicts: ViciousVerdict[] = [];
  for (const sample of samples) {
    const observed = observeLoad(detector, rule, sample, { longestGapMs });
    detector = observed.detector;
    verdicts.push(...observed.verdicts);
  }
  return verdicts;
}
