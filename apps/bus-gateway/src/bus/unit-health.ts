import type { Presence } from "@hallmeter/meter-model";

/** Misses in a row that take a unit off the poll lane. */
const MISSES_UNTIL_OFFLINE = 3;
/** A unit that misses so many of its last 16 requests is flaky: at 5 s polls, bad contact and not a single disturbance. */
const MISSES_UNTIL_FLAKY = 4;
const HISTORY_BITS = 0xffff;
/** First pause before a dead unit is tried again; doubles. Range 0.5–5 s. */
const FIRST_PROBE_PAUSE_MS = 1000;
/** Longest pause; three dead units of 32 then cost about 1 % of the bus at 9600 baud. Range 30–300 s. */
const LONGEST_PROBE_PAUSE_MS = 60_000;

export interface UnitHealth {
  /** Null until the unit has answered, or missed often enough to be called offline. */
  presence: Presence | null;
  missesInARow: number;
  /** The last 16 requests, newest lowest; a set bit is a miss. */
  recentMisses: number;
  failedProbes: number;
  /** Monotonic; an offline unit is probed from here on. */
  nextProbeMs: number;
  /** Monotonic; until then a late answer may still come, and the unit is left alone. */
  quarantinedUntilMs: number;
}

export const NEW_UNIT: UnitHealth = {
  presence: null,
  missesInARow: 0,
  recentMisses: 0,
  failedProbes: 0,
  nextProbeMs: 0,
  quarantinedUntilMs: 0,
};

export function afterReply(health: UnitHealth): UnitHealth {
  // A unit that comes back starts afresh: a power cut does not make a good unit flaky.
  const recentMisses = health.presence === "offline" ? 0 : (health.recentMisses << 1) & HISTORY_BITS;
  return {
    ...NEW_UNIT,
    recentMisses,
    presence: countBits(recentMisses) >= MISSES_UNTIL_FLAKY ? "flaky" : "online",
  };
}

/**
 * @param quarantinedUntilMs when a late answer to the missed request can no longer come
 * @param random 0 ≤ random < 1; takes up to a quarter off the pause, so that dead units do not queue up together
 */
export function afterMiss(
  health: UnitHealth,
  nowMs: number,
  quarantinedUntilMs: number,
  random: number,
): UnitHealth {
  const missesInARow = health.missesInARow + 1;
  const recentMisses = ((health.recentMisses << 1) | 1) & HISTORY_BITS;
  const missed = { ...health, missesInARow, recentMisses, quarantinedUntilMs };
  if (missesInARow < MISSES_UNTIL_OFFLINE) {
    const flaky = health.presence !== null && countBits(recentMisses) >= MISSES_UNTIL_FLAKY;
    return flaky ? { ...missed, presence: "flaky" } : missed;
  }
  const pauseMs = Math.min(
    LONGEST_PROBE_PAUSE_MS,
    FIRST_PROBE_PAUSE_MS * 2 ** Math.min(health.failedProbes, 16),
  );
  return {
    ...missed,
    presence: "offline",
    failedProbes: health.failedProbes + 1,
    nextProbeMs: nowMs + pauseMs * (1 - random / 4),
  };
}

/** Somebody asks for the unit, or the bus has come back: the next probe may go at once. */
export function probeSoon(health: UnitHealth, nowMs: number): UnitHealth {
  return { ...health, failedProbes: 0, nextProbeMs: Math.min(health.nextProbeMs, nowMs) };
}

export function isOffline(health: UnitHealth): boolean {
  return health.presence === "offline";
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest; rest &= rest - 1) count++;
  return count;
}
