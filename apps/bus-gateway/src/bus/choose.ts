import type { Lane } from "./bus.ts";
import { LANE_TABLE } from "./lanes.ts";

export interface Candidate {
  lane: Lane;
  /** How long it has waited as a share of what its lane allows; from 1 on it is aged. */
  age: number;
}

/** At this age a poll is one and a half periods late; from there it may have most turns. Range 2–5. */
const PRESSING_AGE = 3;
/**
 * Turns in a row that polls so late may have before the first lane has one. Range 3–15: a plan may take 800 thousandths of the
 * wire, and 7 of 8 turns catch up with that under any flood.
 */
const MOST_PRESSING_TURNS = 7;

/**
 * Which of the waiting heads goes next. The first lane wins, but every second turn may go to the most aged of the others:
 * a flood in a high lane costs at most half of the bus, and no lane stands still. Polls that would miss a third period have
 * more than half. Nothing goes before a trip.
 * @param turnsOutOfRank how many turns in a row were not the first lane's
 * @param planFits whether the polls can be kept in time at all; where they cannot, nobody else shall wait for them
 */
export function choose<C extends Candidate>(
  candidates: readonly C[],
  turnsOutOfRank: number,
  planFits: boolean,
): { candidate: C; outOfRank: boolean } | undefined {
  let first: C | undefined;
  let oldest: C | undefined;
  for (const candidate of candidates) {
    if (!first || LANE_TABLE[candidate.lane].rank < LANE_TABLE[first.lane].rank) first = candidate;
    if (candidate.age >= 1 && (!oldest || goesBefore(candidate, oldest))) oldest = candidate;
  }
  if (!first) return undefined;
  if (!oldest || oldest.lane === first.lane || first.lane === "trip")
    return { candidate: first, outOfRank: false };
  const mostTurns = planFits && isPressing(oldest) ? MOST_PRESSING_TURNS : 1;
  return turnsOutOfRank < mostTurns
    ? { candidate: oldest, outOfRank: true }
    : { candidate: first, outOfRank: false };
}

function goesBefore(a: Candidate, b: Candidate): boolean {
  return isPressing(a) === isPressing(b) ? a.age > b.age : isPressing(a);
}

function isPressing({ lane, age }: Candidate): boolean {
  return (lane === "watch" || lane === "poll") && age >= PRESSING_AGE;
}
