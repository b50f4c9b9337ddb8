import type { Lane } from "./bus.ts";
import { LANE_TABLE } from "./lanes.ts";

export interface Candidate {
  lane: Lane;
  /** How long it has waited as a share of what its lane allows; from 1 on it is aged. */
  age: number;
}

/**
 * Which of the waiting heads goes next. The first lane wins, but every second turn may go to the most aged of the others:
 * a flood in a high lane costs at most half of the bus, and no lane stands still. Nothing goes before a trip.
 */
export function choose<C extends Candidate>(
  candidates: readonly C[],
  lastTurnWasOutOfRank: boolean,
): { candidate: C; outOfRank: boolean } | undefined {
  let first: C | undefined;
  let oldest: C | undefined;
  for (const candidate of candidates) {
    if (!first || LANE_TABLE[candidate.lane].rank < LANE_TABLE[first.lane].rank) first = candidate;
    if (candidate.age >= 1 && (!oldest || candidate.age > oldest.age)) oldest = candidate;
  }
  if (!first) return undefined;
  const outOfRank =
    oldest !== undefined && oldest.lane !== first.lane && first.lane !== "trip" && !lastTurnWasOutOfRank;
  return outOfRank && oldest
    ? { candidate: oldest, outOfRank: true }
    : { candidate: first, outOfRank: false };
}
