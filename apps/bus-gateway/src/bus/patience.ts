import { allowanceMs, longestAllowanceMs, probeAllowanceMs } from "../protocol/line/round-trip.ts";
import type { Answer } from "../protocol/protocol.ts";
import type { ProfileTiming } from "./bus.ts";
import { isOffline } from "./unit-health.ts";
import type { UnitRecord } from "./units.ts";

/** Places kept per unit; more of them in doubt is a unit that answers nothing in time. */
const MOST_SLOW_PLACES = 64;

/** How long the unit is given for an answer, in milliseconds; for a block of which it is known, what that needs. */
export function allowanceFor(unit: UnitRecord, { longestLatencyMs }: ProfileTiming, place?: string): number {
  if (isOffline(unit.health))
    return probeAllowanceMs(unit.roundTrip, longestLatencyMs, unit.health.failedProbes);
  const isSlow = place !== undefined && unit.slowPlaces.has(place);
  return isSlow ? longestAllowanceMs(longestLatencyMs) : allowanceMs(unit.roundTrip, longestLatencyMs);
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
