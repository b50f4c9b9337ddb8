import type { UnitId } from "@hallmeter/meter-model";
import { LANES, type PollEntry } from "./bus.ts";
import { type Candidate, choose } from "./choose.ts";
import { LANE_TABLE } from "./lanes.ts";
import { earliestDeadline, latenessMs, pollAge, type ScheduledPoll } from "./poll-schedule.ts";
import type { RequestQueue, WaitingRequest } from "./request-queue.ts";
import { isOffline, type UnitHealth } from "./unit-health.ts";

/** What the bus does next. */
export type Turn = Candidate & { latenessMs: number } & (
    | { kind: "request"; waiting: WaitingRequest }
    | { kind: "poll"; poll: ScheduledPoll; isDoubtful: boolean }
  );

export interface TurnState {
  queue: RequestQueue;
  polls: readonly ScheduledPoll[];
  healthOf: (unitId: UnitId) => UnitHealth;
  /** How many live units were polled since one that may be dead was. */
  liveSinceDoubtful: number;
  lastTurnWasOutOfRank: boolean;
}

/** The next turn at this monotonic time, or undefined when nothing may be sent yet. */
export function nextTurn(state: TurnState, nowMs: number): { turn: Turn; outOfRank: boolean } | undefined {
  const candidates = [...requestTurns(state, nowMs), ...pollTurns(state, nowMs)];
  const chosen = choose(candidates, state.lastTurnWasOutOfRank);
  return chosen && { turn: chosen.candidate, outOfRank: chosen.outOfRank };
}

/** When `nextTurn` may have something to say although nothing new has come in; monotonic. */
export function nextTurnMs(state: TurnState, nowMs: number): number {
  const instants: number[] = [];
  for (const unitId of state.queue.unitIds()) instants.push(state.healthOf(unitId).quarantinedUntilMs);
  const mayProbe = probesAllowed(state);
  for (const { entry, dueMs } of state.polls) {
    const health = state.healthOf(entry.unitId);
    if (!isOffline(health)) instants.push(Math.max(dueMs, health.quarantinedUntilMs));
    else if (mayProbe) instants.push(Math.max(health.nextProbeMs, health.quarantinedUntilMs));
  }
  return Math.min(Number.POSITIVE_INFINITY, ...instants.filter((instant) => instant > nowMs));
}

function requestTurns({ queue, healthOf }: TurnState, nowMs: number): Turn[] {
  const canServe = (unitId: UnitId) => healthOf(unitId).quarantinedUntilMs <= nowMs;
  return LANES.flatMap((lane): Turn[] => {
    const waiting = queue.head(lane, canServe);
    if (!waiting) return [];
    const waitedMs = nowMs - waiting.queuedMs;
    return [
      {
        kind: "request",
        lane,
        waiting,
        age: waitedMs / LANE_TABLE[lane].agesAfterMs,
        latenessMs: waitedMs,
      },
    ];
  });
}

/**
 * Live polls between two units that may be dead, when live ones are late. Range 1–16: each of those may cost a time-out,
 * the price of up to ten answers, and with four in between the late ones keep about half of the bus.
 */
const LIVE_BETWEEN_DOUBTFUL_WHEN_LATE = 4;

/**
 * Live units go by their deadline. One that has just missed, or is dead, costs a whole time-out: it gets a turn after a live
 * one, and more only where no live one is due, so that a cabinet without power does not take the bus from the others.
 */
function pollTurns(state: TurnState, nowMs: number): Turn[] {
  const { polls, healthOf } = state;
  const due = (lane: PollEntry["lane"], isDoubtful: boolean) =>
    earliestDeadline(polls, nowMs, (entry) => {
      const health = healthOf(entry.unitId);
      const isServable = !isOffline(health) && health.quarantinedUntilMs <= nowMs;
      return entry.lane === lane && isServable && health.missesInARow > 0 === isDoubtful;
    });
  const live = { watch: due("watch", false), poll: due("poll", false) };
  const lateness = Math.max(...[live.watch, live.poll].map((poll) => (poll ? pollAge(poll, nowMs) : -1)));
  const livePollsBetween = lateness >= 1 ? LIVE_BETWEEN_DOUBTFUL_WHEN_LATE : 1;
  const mayTryDoubtful = lateness < 0 || state.liveSinceDoubtful >= livePollsBetween;
  return (["watch", "poll"] as const).flatMap((lane): Turn[] => {
    const head = live[lane];
    const probe = lane === "poll" ? dueProbe(state, nowMs) : undefined;
    const doubtful = mayTryDoubtful ? (due(lane, true) ?? probe) : undefined;
    const poll = doubtful ?? head;
    if (!poll) return [];
    // Whoever takes the turn of a live poll inherits how much that is aged: the live poll comes right after.
    const age = head ? pollAge(head, nowMs) : 0;
    return [
      {
        kind: "poll",
        lane,
        poll,
        isDoubtful: doubtful !== undefined,
        age,
        latenessMs: doubtful ? 0 : latenessMs(poll, nowMs),
      },
    ];
  });
}

function dueProbe(state: TurnState, nowMs: number): ScheduledPoll | undefined {
  if (!probesAllowed(state)) return undefined;
  let first: ScheduledPoll | undefined;
  let firstMs = Number.POSITIVE_INFINITY;
  for (const poll of state.polls) {
    const health = state.healthOf(poll.entry.unitId);
    if (!isOffline(health) || health.quarantinedUntilMs > nowMs || health.nextProbeMs > nowMs) continue;
    if (health.nextProbeMs < firstMs) {
      first = poll;
      firstMs = health.nextProbeMs;
    }
  }
  return first;
}

/** At most one probe between two live ones; where nothing is alive, probes are all there is to do. */
function probesAllowed({ polls, healthOf, liveSinceDoubtful }: TurnState): boolean {
  return liveSinceDoubtful > 0 || polls.every(({ entry }) => isOffline(healthOf(entry.unitId)));
}
