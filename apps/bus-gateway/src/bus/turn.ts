import type { UnitId } from "@hallmeter/meter-model";
import { LANES, type PollEntry } from "./bus.ts";
import { type Candidate, choose, type TurnHistory } from "./choose.ts";
import { LANE_TABLE } from "./lanes.ts";
import { deadlineMs, latenessMs, pollAge, type ScheduledPoll } from "./poll-schedule.ts";
import type { RequestQueue, WaitingRequest } from "./request-queue.ts";
import { isOffline, type UnitHealth } from "./unit-health.ts";

export type RequestTurn = Candidate & { latenessMs: number; kind: "request"; waiting: WaitingRequest };

/** What the bus does next. */
export type Turn =
  | RequestTurn
  /** `isDoubtful`: it may cost a whole time-out. */
  | (Candidate & { latenessMs: number; kind: "poll"; poll: ScheduledPoll; isDoubtful: boolean });

export interface TurnState extends TurnHistory {
  queue: RequestQueue;
  polls: readonly ScheduledPoll[];
  healthOf: (unitId: UnitId) => UnitHealth;
  /** How many live units were polled since one that may be dead was. */
  liveSinceDoubtful: number;
}

/** The next turn at this monotonic time, or undefined when nothing may be sent yet. */
export function nextTurn(state: TurnState, nowMs: number): { turn: Turn; outOfRank: boolean } | undefined {
  const canServe = (unitId: UnitId) => state.healthOf(unitId).quarantinedUntilMs <= nowMs;
  const candidates = [...requestTurns(state.queue, canServe, nowMs), ...pollTurns(state, nowMs)];
  const chosen = choose(candidates, state);
  return chosen && { turn: chosen.candidate, outOfRank: chosen.outOfRank };
}

/** When `nextTurn` may have something to say although nothing new has come in; monotonic. */
export function nextTurnMs(state: TurnState, nowMs: number): number {
  let firstMs = Number.POSITIVE_INFINITY;
  const consider = (instantMs: number) => {
    if (instantMs > nowMs && instantMs < firstMs) firstMs = instantMs;
  };
  for (const unitId of state.queue.unitIds()) consider(state.healthOf(unitId).quarantinedUntilMs);
  const mayProbe = probesAllowed(state);
  for (const { entry, dueMs } of state.polls) {
    const health = state.healthOf(entry.unitId);
    if (!isOffline(health)) consider(Math.max(dueMs, health.quarantinedUntilMs));
    else if (mayProbe) consider(Math.max(health.nextProbeMs, health.quarantinedUntilMs));
  }
  return firstMs;
}

/** The first of each lane that can be served now, highest lane first. */
export function requestTurns(
  queue: RequestQueue,
  canServe: (unitId: UnitId) => boolean,
  nowMs: number,
): RequestTurn[] {
  const turns: RequestTurn[] = [];
  for (const lane of LANES) {
    const waiting = queue.head(lane, canServe);
    if (!waiting) continue;
    const waitedMs = nowMs - waiting.queuedMs;
    const age = waitedMs / LANE_TABLE[lane].agesAfterMs;
    turns.push({ kind: "request", lane, waiting, age, latenessMs: waitedMs });
  }
  return turns;
}

/**
 * Live polls between two units that may be dead, when live ones are late. Range 1–16: each of those may cost a time-out,
 * the price of up to ten answers, and with four in between the late ones keep about half of the bus.
 */
const LIVE_BETWEEN_DOUBTFUL_WHEN_LATE = 4;

type PollLane = PollEntry["lane"];

/** The polls that are due, the first of each sort. */
interface DuePolls {
  live: Partial<Record<PollLane, ScheduledPoll>>;
  /** Of units that have just missed. */
  doubtful: Partial<Record<PollLane, ScheduledPoll>>;
  /** Of dead units; by the instant of their next probe. */
  probe: ScheduledPoll | undefined;
}

/**
 * Live units go by their deadline. One that has just missed, or is dead, costs a whole time-out: it gets a turn after a live
 * one, and more only where no live one is due, so that a cabinet without power does not take the bus from the others.
 */
function pollTurns(state: TurnState, nowMs: number): Turn[] {
  const due = duePolls(state, nowMs);
  const age = (poll: ScheduledPoll | undefined) => (poll ? pollAge(poll, nowMs) : -1);
  const lateness = Math.max(age(due.live.watch), age(due.live.poll));
  const livePollsBetween = lateness >= 1 ? LIVE_BETWEEN_DOUBTFUL_WHEN_LATE : 1;
  const mayTryDoubtful = lateness < 0 || state.liveSinceDoubtful >= livePollsBetween;
  const turns: Turn[] = [];
  for (const lane of ["watch", "poll"] as const) {
    const head = due.live[lane];
    const probe = lane === "poll" ? due.probe : undefined;
    const doubtful = mayTryDoubtful ? longerDue(due.doubtful[lane], probe, state) : undefined;
    const poll = doubtful ?? head;
    if (!poll) continue;
    turns.push({
      kind: "poll",
      lane,
      poll,
      isDoubtful: doubtful !== undefined,
      // Whoever takes the turn of a live poll inherits how much that is aged: the live poll comes right after.
      age: head ? pollAge(head, nowMs) : 0,
      latenessMs: doubtful ? 0 : latenessMs(poll, nowMs),
    });
  }
  return turns;
}

/** Of a unit that has just missed and a dead one, whichever has waited longer: on a bad line there is always one of the former. */
function longerDue(
  missed: ScheduledPoll | undefined,
  probe: ScheduledPoll | undefined,
  { healthOf }: TurnState,
): ScheduledPoll | undefined {
  if (!missed || !probe) return missed ?? probe;
  return healthOf(probe.entry.unitId).nextProbeMs < missed.dueMs ? probe : missed;
}

/** One pass: this runs between any two transactions, over every circuit of the bus. */
function duePolls(state: TurnState, nowMs: number): DuePolls {
  const due: DuePolls = { live: {}, doubtful: {}, probe: undefined };
  const mayProbe = probesAllowed(state);
  let probeMs = Number.POSITIVE_INFINITY;
  for (const poll of state.polls) {
    const { unitId, lane } = poll.entry;
    const health = state.healthOf(unitId);
    if (health.quarantinedUntilMs > nowMs) continue;
    if (isOffline(health)) {
      if (!mayProbe || health.nextProbeMs > nowMs || health.nextProbeMs >= probeMs) continue;
      due.probe = poll;
      probeMs = health.nextProbeMs;
    } else if (poll.dueMs <= nowMs) {
      const sort = health.missesInARow > 0 ? due.doubtful : due.live;
      const first = sort[lane];
      if (!first || deadlineMs(poll) < deadlineMs(first)) sort[lane] = poll;
    }
  }
  return due;
}

/** At most one probe between two live ones; where nothing is alive, probes are all there is to do. */
function probesAllowed({ polls, healthOf, liveSinceDoubtful }: TurnState): boolean {
  return liveSinceDoubtful > 0 || polls.every(({ entry }) => isOffline(healthOf(entry.unitId)));
}
