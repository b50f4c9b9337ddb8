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

/** What most meters need at most; a unit that has never answered is mostly given no more. */
const LIKELY_TURNAROUND_MS = 200;
/** Of what the slowest unit of its kind is given, so much may a unit that has never answered need. Range 1.5–4. */
const LIKELY_FACTOR = 2;
/** Below it, what is learned of quick neighbours would hardly be a try. Range 50–200 ms. */
const SHORTEST_LIKELY_MS = 100;
/**
 * Of a dead unit's probes, each so-many-th waits for the longest latency: it may have become slow, and its late answers may
 * all have met somebody else's. Range 4–60.
 */
const FULL_PROBE_EVERY = 32;

/**
 * How long a unit that has never answered is mostly given, in milliseconds: units of one kind on one line answer alike.
 * @param slowestKnownMs the longest that a unit of its kind is given; null while none has answered
 */
export function likelyAllowanceMs(slowestKnownMs: number | null, longestLatencyMs: number): number {
  const likelyMs =
    slowestKnownMs === null
      ? LIKELY_TURNAROUND_MS
      : Math.max(SHORTEST_LIKELY_MS, LIKELY_FACTOR * slowestKnownMs);
  return Math.min(longestAllowanceMs(longestLatencyMs), likelyMs);
}

/**
 * How long to wait for a dead unit's answer. Three of 32 units that are probed once a minute so cost the bus at most 2 %, and
 * one that has become slow is found when it is heard late, and after half an hour if it never is.
 * @param failedProbes since it was last asked for in earnest
 * @param likelyMs of a unit that has never answered
 */
export function probeAllowanceMs(
  known: RoundTrip,
  longestLatencyMs: number,
  failedProbes: number,
  likelyMs: () => number,
): number {
  if (failedProbes % FULL_PROBE_EVERY === 0) return longestAllowanceMs(longestLatencyMs);
  return known.smoothedMs === null ? likelyMs() : allowanceMs({ ...known, unanswered: 0 }, longestLatencyMs);
}
