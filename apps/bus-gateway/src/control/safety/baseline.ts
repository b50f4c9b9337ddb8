import { instantMs, type Sample, type SampleFlag } from "@hallmeter/meter-model";

/** S9: the longest that power's return holds automatic opening back. Range 1–60 min. */
const SETTLING_MS = 10 * 60_000;
/** A pause this many periods long means that nobody looked: the power may have been away. */
const GAP_PERIODS = 3;
/** S3: older than two periods is stale. */
const STALE_PERIODS = 2;
/** A single lost round of a fast bus is no power failure. */
const SHORTEST_GAP_MS = 30_000;

/** What is known about measuring since the last gap. */
export interface Baseline {
  /** Since when there is contact again; null before the first sample. */
  contactAtMs: number | null;
  lastSampleAtMs: number | null;
  hasPassed: boolean;
}

export const NO_BASELINE: Baseline = { contactAtMs: null, lastSampleAtMs: null, hasPassed: false };

const FAILING: readonly SampleFlag[] = ["first", "stale", "suspect"];

/** Flags that only the one who polls can set. */
export function contactFlags(
  baseline: Baseline,
  sample: { atMs: number; nowMs: number },
  pollIntervalMs: number,
): SampleFlag[] {
  const flags: SampleFlag[] = [];
  const { lastSampleAtMs } = baseline;
  const gapMs = Math.max(GAP_PERIODS * pollIntervalMs, SHORTEST_GAP_MS);
  if (lastSampleAtMs === null || sample.atMs - lastSampleAtMs > gapMs) flags.push("first");
  if (sample.nowMs - sample.atMs > STALE_PERIODS * pollIntervalMs) flags.push("stale");
  return flags;
}

/** A first sample begins a new baseline; the next one without a doubt passes it. */
export function afterContact(baseline: Baseline, sample: Sample): Baseline {
  const atMs = instantMs(sample.at);
  if (sample.flags.includes("first")) return { contactAtMs: atMs, lastSampleAtMs: atMs, hasPassed: false };
  const isGood = !FAILING.some((flag) => sample.flags.includes(flag));
  return { ...baseline, lastSampleAtMs: atMs, hasPassed: baseline.hasPassed || isGood };
}

/** S9: no automatic opening before a baseline has passed or the settling time is over. */
export function isSettled(baseline: Baseline, nowMs: number): boolean {
  if (baseline.hasPassed) return true;
  return baseline.contactAtMs !== null && nowMs - baseline.contactAtMs >= SETTLING_MS;
}

/** When time alone settles it; Infinity when it is settled, or there is no contact. */
export function settledAtMs(baseline: Baseline): number {
  if (baseline.hasPassed || baseline.contactAtMs === null) return Number.POSITIVE_INFINITY;
  return baseline.contactAtMs + SETTLING_MS;
}
