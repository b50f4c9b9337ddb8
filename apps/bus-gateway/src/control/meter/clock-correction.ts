import type { MeterClockPolicy } from "@hallmeter/meter-model";

/** A clock shows whole seconds and its reading takes up to another: closer than this is right. */
const GOOD_ENOUGH_MS = 2000;
/** No correction comes this near to an edge, for the writing takes time and other clocks are off too. Range 10–300 s. */
const EDGE_GUARD_MS = 60_000;
/** Load profiles, demands and the meter's own rates turn on quarters of an hour. */
const QUARTER_MS = 15 * 60_000;
/** One step a day, whatever hour the day's comparison falls on. DL/T 645-2007 meters take one a day. */
const STEP_EVERY_MS = 20 * 3_600_000;

export type ClockStanding = "good" | "off" | "wrong";

/** Why a clock that is off is left as it is. */
export type ClockLeft = "only-compared" | "no-drift" | "today-already" | "near-an-edge";

export interface ClockVerdict {
  /** `off`: told; `wrong`: a person is asked. */
  standing: ClockStanding;
  /** By how much the clock shall be moved; 0 for not at all. */
  stepMs: number;
  /** Why not, when it is off and is not moved. */
  left?: ClockLeft;
}

export interface ClockComparison {
  /** Positive: the meter's clock is fast. */
  offsetMs: number;
  nowMs: number;
  /** Null for never. */
  lastStepAtMs: number | null;
  /** Whether a price changes between two instants. */
  hasRateEdge: (fromMs: number, toMs: number) => boolean;
}

/**
 * Whether a meter's clock is put right, and by how much. Neither what it shows, nor what it will show, nor the true time may
 * lie on the other side of an edge: no use is moved from one rate or quarter of an hour into another.
 */
export function judgeClock(
  { offsetMs, nowMs, lastStepAtMs, hasRateEdge }: ClockComparison,
  { isCorrected, warnS, alarmS, stepS }: MeterClockPolicy,
): ClockVerdict {
  const off = Math.abs(offsetMs);
  if (off > alarmS * 1000) return { standing: "wrong", stepMs: 0, left: "no-drift" };
  const standing = off > warnS * 1000 ? "off" : "good";
  if (off <= GOOD_ENOUGH_MS) return { standing, stepMs: 0 };
  if (!isCorrected) return { standing, stepMs: 0, left: "only-compared" };
  if (lastStepAtMs !== null && Math.abs(nowMs - lastStepAtMs) < STEP_EVERY_MS)
    return { standing, stepMs: 0, left: "today-already" };
  const fromMs = nowMs + Math.min(0, offsetMs) - EDGE_GUARD_MS;
  const toMs = nowMs + Math.max(0, offsetMs) + EDGE_GUARD_MS;
  // Every zone is off UTC by whole quarters.
  const hasQuarterEdge = Math.floor(fromMs / QUARTER_MS) !== Math.floor(toMs / QUARTER_MS);
  if (hasQuarterEdge || hasRateEdge(fromMs, toMs)) return { standing, stepMs: 0, left: "near-an-edge" };
  const stepMs = Math.sign(-offsetMs) * Math.min(off, stepS * 1000);
  return { standing, stepMs };
}
