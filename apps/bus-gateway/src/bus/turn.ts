import { LANES, type PollEntry } from "./bus.ts";
import { type Candidate, choose } from "./choose.ts";
import { LANE_TABLE } from "./lanes.ts";
import { earliestDeadline, latenessMs, pollAge, type ScheduledPoll } from "./poll-schedule.ts";
import type { RequestQueue, WaitingRequest } from "./request-queue.ts";
import { isOffline, type UnitHealth } from "./unit-health.ts";

/** What the bus does next. */
export type Turn = Candidate & { latenessMs: number } & (
    | { kind: "request"; waiting: WaitingRequest }
    | { kind: "poll"; poll: ScheduledPoll; probe: boolean }
  );

export interface TurnState {
  queue: RequestQueue;
  polls: readonly ScheduledPoll[];
  healthOf: (unitId: number) => UnitHealth;
  /** A dead unit was probed and no live one has been asked since. */
  probedSinceLive: boolean;
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
  const canServe = (unitId: number) => healthOf(unitId).quarantinedUntilMs <= nowMs;
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

function pollTurns(state: TurnState, nowMs: number): Turn[] {
  const probe = dueProbe(state, nowMs);
  return (["watch", "poll"] as const).flatMap((lane): Turn[] => {
    const isLive = (entry: PollEntry) => {
      const health = state.healthOf(entry.unitId);
      return entry.lane === lane && !isOffline(health) && health.quarantinedUntilMs <= nowMs;
    };
    const live = earliestDeadline(state.polls, nowMs, isLive);
    const age = live ? pollAge(live, nowMs) : 0;
    // A probe takes the turn of a live poll, and the live poll the one after it.
    if (probe && lane === "poll")
      return [{ kind: "poll", lane, poll: probe, probe: true, age, latenessMs: 0 }];
    return live
      ? [{ kind: "poll", lane, poll: live, probe: false, age, latenessMs: latenessMs(live, nowMs) }]
      : [];
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
function probesAllowed({ polls, healthOf, probedSinceLive }: TurnState): boolean {
  return !probedSinceLive || polls.every(({ entry }) => isOffline(healthOf(entry.unitId)));
}
