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

/** What the choice depends on besides who waits. */
export interface TurnHistory {
  /** How many turns in a row were not the first lane's. */
  turnsOutOfRank: number;
  /** The number of the lane's last turn; turns are counted upwards. */
  lastTurnOf: (lane: Lane) => number;
  /** Whether the polls can be kept in time at all; where they cannot, nobody else shall wait for them. */
  planFits: boolean;
}

/**
 * Which of the waiting heads goes next. The first lane wins, but every second turn may go to an aged one of the others, by
 * turns: a flood in a high lane costs at most half of the bus, and no lane stands still, however late another one is. Polls that
 * would miss a third period have more than half. Nothing goes before a trip.
 */
export function choose<C extends Candidate>(
  candidates: readonly C[],
  { turnsOutOfRank, lastTurnOf, planFits }: TurnHistory,
): { candidate: C; outOfRank: boolean } | undefined {
  const first = best(candidates, (a, b) => LANE_TABLE[a.lane].rank < LANE_TABLE[b.lane].rank);
  if (!first) return undefined;
  const inRank = { candidate: first, outOfRank: false };
  const aged = candidates.filter(({ lane, age }) => age >= 1 && lane !== first.lane);
  if (first.lane === "trip" || aged.length === 0) return inRank;
  const longestAgo = (a: C, b: C) => lastTurnOf(a.lane) < lastTurnOf(b.lane);
  const pressing = planFits ? best(aged.filter(isPressing), (a, b) => a.age > b.age) : undefined;
  if (pressing) {
    if (turnsOutOfRank < MOST_PRESSING_TURNS) return { candidate: pressing, outOfRank: true };
    const others = [first, ...aged.filter((candidate) => !isPressing(candidate))];
    return { candidate: best(others, longestAgo) ?? first, outOfRank: false };
  }
  if (turnsOutOfRank > 0) return inRank;
  return { candidate: best(aged, longestAgo) ?? first, outOfRank: true };
}

function best<C>(candidates: readonly C[], isBetter: (a: C, b: C) => boolean): C | undefined {
  let chosen: C | undefined;
  for (const candidate of candidates) if (!chosen || isBetter(candidate, chosen)) chosen = candidate;
  return chosen;
}

function isPressing({ lane, age }: Candidate): boolean {
  return (lane === "watch" || lane === "poll") && age >= PRESSING_AGE;
}
