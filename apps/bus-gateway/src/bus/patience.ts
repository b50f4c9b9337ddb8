import { allowanceMs, longestAllowanceMs, probeAllowanceMs } from "../protocol/line/round-trip.ts";
import type { Answer } from "../protocol/protocol.ts";
import type { ProfileTiming } from "./bus.ts";
import { isOffline } from "./unit-health.ts";
import type { UnitRecord } from "./units.ts";

/** Places kept per unit; more of them in doubt is a unit that answers nothing in time. */
const MOST_SLOW_PLACES = 64;

/** Of the tries until a unit is taken for dead, the one that waits for its longest latency; the first and the last are short. */
const FULL_TRY = 1;

/** What an answer is waited for. */
export interface Errand {
  /** The block that is read; a write has none. */
  place?: string;
  /** A poll comes again, so that its first try may be a short one. */
  isPoll?: boolean;
  /** What a unit that has never answered is likely to need. */
  likelyMs: () => number;
}

/** How long the unit is given for an answer, in milliseconds; for a block of which it is known, what that needs. */
export function allowanceFor(
  { health, roundTrip, slowPlaces, wasHeardLate }: UnitRecord,
  { longestLatencyMs }: ProfileTiming,
  { place, isPoll = false, likelyMs }: Errand,
): number {
  if (wasHeardLate) return longestAllowanceMs(longestLatencyMs);
  if (isOffline(health)) return probeAllowanceMs(roundTrip, longestLatencyMs, health.failedProbes, likelyMs);
  const isShortTry = isPoll && roundTrip.smoothedMs === null && health.missesInARow !== FULL_TRY;
  if (isShortTry) return likelyMs();
  const isSlow = place !== undefined && slowPlaces.has(place);
  return isSlow ? longestAllowanceMs(longestLatencyMs) : allowanceMs(roundTrip, longestLatencyMs);
}

/** A unit that answers most blocks at once may need long for one of them: what it has shown elsewhere says nothing about that. */
export function noteSlowness(unit: UnitRecord, place: string, answer: Answer<unknown>): void {
  const { slowPlaces, roundTrip, longestLatencyMs } = unit;
  if (answer.ok) {
    if (answer.turnaroundMs <= allowanceMs({ ...roundTrip, unanswered: 0 }, longestLatencyMs))
      slowPlaces.delete(place);
  } else if (answer.cause === "reply-timeout" && unit.health.presence !== "offline") {
    if (slowPlaces.size >= MOST_SLOW_PLACES) slowPlaces.clear();
    slowPlaces.add(place);
  }
}
