/**
 * How quickly a unit begins to answer, learned from its answers: smoothed value and mean deviation with the gains of
 * RFC 6298 (1/8 and 1/4). Times are turnarounds: what is left of a transaction when its time on the wire is taken off.
 */
export interface RoundTrip {
  smoothedMs: number | null;
  deviationMs: number;
  /** Unanswered requests since the last answer; each doubles the allowance. */
  unanswered: number;
}

/** Below it, scheduling of the computer and of a USB adapter (16 ms) would be taken for a dead unit. */
export const SHORTEST_ALLOWANCE_MS = 50;
/**
 * What the computer and a USB adapter (FTDI: 16 ms) may add to any turnaround, however steady the unit: the clock granularity G of
 * RFC 6298. Range 10–50 ms.
 */
const JITTER_MS = 25;
/** Above it, a dead unit costs the bus more than a slow one is worth. */
export const LONGEST_ALLOWANCE_MS = 1000;

export const UNKNOWN_ROUND_TRIP: RoundTrip = { smoothedMs: null, deviationMs: 0, unanswered: 0 };

export function afterAnswer(known: RoundTrip, turnaroundMs: number): RoundTrip {
  if (known.smoothedMs === null) {
    return { smoothedMs: turnaroundMs, deviationMs: turnaroundMs / 2, unanswered: 0 };
  }
  const error = turnaroundMs - known.smoothedMs;
  return {
    smoothedMs: known.smoothedMs + error / 8,
    deviationMs: known.deviationMs + (Math.abs(error) - known.deviationMs) / 4,
    unanswered: 0,
  };
}

export function afterSilence(known: RoundTrip): RoundTrip {
  return { ...known, unanswered: known.unanswered + 1 };
}

/**
 * How long to wait for an answer beyond the time of its bytes on the wire, in milliseconds.
 * @param longestLatencyMs what the profile says; waiting longer than that is useless
 */
export function allowanceMs(known: RoundTrip, longestLatencyMs: number): number {
  const longestMs = longestAllowanceMs(longestLatencyMs);
  if (known.smoothedMs === null) return longestMs;
  const learnedMs = Math.max(
    SHORTEST_ALLOWANCE_MS,
    known.smoothedMs + Math.max(JITTER_MS, 4 * known.deviationMs),
  );
  return Math.min(longestMs, learnedMs * 2 ** Math.min(known.unanswered, 8));
}

/** The most that is ever waited, in milliseconds. */
export function longestAllowanceMs(longestLatencyMs: number): number {
  return Math.min(LONGEST_ALLOWANCE_MS, Math.max(SHORTEST_ALLOWANCE_MS, longestLatencyMs));
}

/** What most meters need at most; a dead unit that has never answered is mostly given no more. */
const LIKELY_TURNAROUND_MS = 200;
/** Of a dead unit's probes, each so-many-th waits for the longest latency: it may have become slow. Range 4–60. */
const FULL_PROBE_EVERY = 16;

/**
 * How long to wait for a dead unit's answer. Three of 32 units that are probed once a minute so cost the bus at most 2 %, and
 * one that has become slow is found after a quarter of an hour.
 * @param failedProbes since it was last asked for in earnest
 */
export function probeAllowanceMs(known: RoundTrip, longestLatencyMs: number, failedProbes: number): number {
  const fullMs = longestAllowanceMs(longestLatencyMs);
  if (failedProbes % FULL_PROBE_EVERY === 0) return fullMs;
  const learnedMs = allowanceMs({ ...known, unanswered: 0 }, longestLatencyMs);
  return known.smoothedMs === null ? Math.min(fullMs, LIKELY_TURNAROUND_MS) : learnedMs;
}
