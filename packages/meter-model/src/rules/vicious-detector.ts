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
  settledSamples,
  stepBaseSchema,
  type ViciousVerdict,
} from "./vicious-verdict.ts";

/** A rise that began and is not yet judged. */
const candidateSchema = z.object({
  /** None after a silence: nobody knows what was there before, so whatever comes back is no step. */
  bases: z.array(stepBaseSchema),
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

/** Why the load may be coming back rather than being switched on. */
const returningSchema = z.object({
  after: z.enum(["cut", "silence"]),
  /** First sample with the circuit closed; null before it. */
  sinceMs: z.int().nullable(),
});

/** What the rule remembers between two samples. Plain JSON. */
export const viciousDetectorSchema = z.object({
  last: z.object({ point: loadPointSchema, sample: sampleSchema.nullable() }).nullable(),
  returning: returningSchema.nullable().default(null),
  candidates: z.array(candidateSchema),
  level: levelSchema,
});
export type ViciousDetector = z.infer<typeof viciousDetectorSchema>;

export interface ObserveOptions {
  /** A longer pause between two samples starts everything again, ms. */
  longestGapMs: number;
  /** What comes back after a cut is measured from these; none when the load before it is not known. */
  returnBases?: readonly StepBase[];
}

/** A quarter of the threshold: smaller rises hide in the base and shift the judged vector by less than that. */
const ONSET_SHARE = 4;
/** The smallest rise that is more than noise and one appliance's flicker, W. */
const SMALLEST_ONSET_W = 30;
/** Steps on top of one another within seconds; beyond that the level's window has to catch them. */
const MOST_CANDIDATES = 8;
/** Slices of the level's window: a lowest point is forgotten at most a twentieth of the window too late. */
const LEVEL_SLICES = 20;

/**
 * So long after closing the load comes back: contactors, power supplies and meters that average need some seconds. A motor of
 * trip class 10 (IEC 60947-4-1) has started by then. Range 5–30 s.
 */
const RETURN_MS = 10_000;

const EMPTY_LEVEL: Level = { judgedW: 0, judgedVar: 0, slices: [], above: [] };

export function idleDetector(): ViciousDetector {
  return { last: null, returning: null, candidates: [], level: EMPTY_LEVEL };
}

/** Nothing has been seen since it was made. */
export function isIdle({ last, returning, candidates, level }: ViciousDetector): boolean {
  return last === null && returning === null && candidates.length === 0 && level === EMPTY_LEVEL;
}

/** Nobody looked for a while: the power may have been away, and what rises first is the load coming back. */
export function silentDetector(): ViciousDetector {
  return { ...idleDetector(), returning: { after: "silence", sinceMs: null } };
}

/** An open circuit draws nothing: what flows after closing is the load coming back. */
export function openCircuitDetector(atMs: number, sample: Sample | null = null): ViciousDetector {
  return {
    ...idleDetector(),
    last: { point: { atMs, powerW: 0, reactiveVar: 0 }, sample },
    returning: { after: "cut", sinceMs: null },
  };
}

/** What flows, less what has only just been switched on and is not yet judged: what a cut takes away for sure. */
export function provenLoad(detector: ViciousDetector): LoadPoint | null {
  return detector.candidates[0]?.bases[0]?.point ?? detector.last?.point ?? null;
}

/** What the candidate is measured from. Without a base it is measured from itself, and is no step. */
function basesOf(candidate: Candidate, newest: Sample): [StepBase, ...StepBase[]] {
  const [first, ...others] = candidate.bases;
  return first === undefined ? [{ point: loadPoint(newest) }] : [first, ...others];
}

function hasSettled(rule: ViciousLoadRule, candidate: Candidate): boolean {
  const newest = candidate.after.at(-1);
  if (newest === undefined) return false;
  const [{ point: base }] = basesOf(candidate, newest);
  return settledSamples(rule, base, candidate.after).length > 0;
}

/** The way of the load back is over some seconds after the first sample that shows the circuit closed. */
function stillReturning(detector: ViciousDetector, atMs: number): ViciousDetector["returning"] {
  const { returning } = detector;
  if (returning === null) return null;
  const sinceMs = returning.sinceMs ?? atMs;
  return atMs - sinceMs <= RETURN_MS ? { ...returning, sinceMs } : null;
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
  if (newest !== undefined && !hasSettled(rule, newest)) return candidates;
  const returning = stillReturning(detector, point.atMs);
  const before: StepBase[] =
    returning === null
      ? [{ point: last.point }]
      : [...(returning.after === "cut" ? (options.returnBases ?? []) : [])];
  return [...candidates, { bases: before, before: last.sample, after: [], settled: null }];
}

/** Takes a judged step out of what the level's window sees. */
function withoutStep(level: Level, rule: ViciousLoadRule, candidate: Candidate): Level {
  const base = candidate.bases[0]?.point;
  const { settled } = candidate;
  if (base === undefined || settled === null || settled.powerW - base.powerW < rule.stepThresholdW)
    return level;
  return {
    ...level,
    judgedW: level.judgedW + settled.powerW - base.powerW,
    judgedVar: level.judgedVar + settled.reactiveVar - base.reactiveVar,
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
  const base = {
    atMs: lowest.point.atMs,
    powerW: measured.powerW - vector.deltaPowerW,
    reactiveVar: measured.reactiveVar - vector.deltaReactiveVar,
  };
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
      base,
      bases: [{ point: base }],
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
  const last = { point, sample };
  const sinceLastMs = detector.last === null ? 0 : point.atMs - detector.last.point.atMs;
  // A clock that was set back leaves the same ignorance behind.
  const isSilence = sinceLastMs > options.longestGapMs || sinceLastMs < 0;
  // Closed again, and not yet read since: however late the first sample comes, it shows the load coming back.
  const isFirstAfterCut = detector.returning?.after === "cut" && detector.returning.sinceMs === null;
  if (detector.last === null || (isSilence && !isFirstAfterCut)) {
    const fresh = isSilence ? silentDetector() : { ...idleDetector(), returning: detector.returning };
    return { detector: { ...fresh, last, returning: stillReturning(fresh, point.atMs) }, verdicts: [] };
  }

  const extended = openCandidate(detector, rule, point, options).map((candidate, index, all) => {
    const grown = { ...candidate, after: [...candidate.after, sample] };
    const isNewest = index === all.length - 1;
    return { ...grown, settled: isNewest && hasSettled(rule, grown) ? point : candidate.settled };
  });
  const verdicts: ViciousVerdict[] = [];
  const open: Candidate[] = [];
  let { level } = detector;
  for (const candidate of extended) {
    const verdict = judgeViciousStep(rule, basesOf(candidate, sample), candidate.after);
    if (verdict.outcome === "undecided") {
      open.push(candidate);
      continue;
    }
    const before = candidate.before === null ? [] : [candidate.before];
    verdicts.push({ ...verdict, samples: [...before, ...verdict.samples] });
    level = withoutStep(level, rule, candidate);
  }
  if (open.length === 0) {
    const observed = observeLevel(level, rule, sample);
    level = observed.level;
    if (observed.verdict !== undefined) verdicts.push(observed.verdict);
  }
  const isBack = open.length < extended.length;
  const returning = isBack ? null : stillReturning(detector, point.atMs);
  return { detector: { last, returning, candidates: open, level }, verdicts };
}
