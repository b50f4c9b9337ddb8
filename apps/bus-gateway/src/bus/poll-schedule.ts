import type { PollEntry } from "./bus.ts";

export interface ScheduledPoll {
  readonly entry: PollEntry;
  /** Monotonic; a poll may start from here on and should be done one interval later. */
  readonly dueMs: number;
}

/** A poll that is late by this share of its interval is aged, so that it comes well before three periods have passed. */
const AGED_AT_SHARE = 0.5;

/** A new plan; entries that stay the same keep their place in time, the others are due at once. */
export function replan(
  scheduled: readonly ScheduledPoll[],
  plan: readonly PollEntry[],
  nowMs: number,
): ScheduledPoll[] {
  const known = new Map(scheduled.map((poll) => [poll.entry.key, poll]));
  return plan.map((entry) => {
    const before = known.get(entry.key);
    return { entry, dueMs: before && sameWork(before.entry, entry) ? before.dueMs : nowMs };
  });
}

/** The due poll whose deadline comes first. */
export function earliestDeadline(
  scheduled: readonly ScheduledPoll[],
  nowMs: number,
  admits: (entry: PollEntry) => boolean,
): ScheduledPoll | undefined {
  let first: ScheduledPoll | undefined;
  for (const poll of scheduled) {
    if (poll.dueMs > nowMs || !admits(poll.entry)) continue;
    if (!first || deadlineMs(poll) < deadlineMs(first)) first = poll;
  }
  return first;
}

/** The same poll, one interval on. Periods that were missed altogether are not made up for. */
export function afterPoll({ entry, dueMs }: ScheduledPoll, startedMs: number): ScheduledPoll {
  const periods = Math.max(1, Math.ceil((startedMs - dueMs) / entry.intervalMs));
  return { entry, dueMs: dueMs + periods * entry.intervalMs };
}

/**
 * A poll without an answer is repeated a quarter of a period later: early enough that its sample does not go stale, late
 * enough that a short disturbance has passed.
 */
export function afterMissedPoll(poll: ScheduledPoll, startedMs: number): ScheduledPoll {
  return { entry: poll.entry, dueMs: startedMs + poll.entry.intervalMs / 4 };
}

/** The schedule with one poll moved on. It may have been replanned while the poll was on the wire: who is new stays as it is. */
export function movedOn(
  scheduled: readonly ScheduledPoll[],
  before: ScheduledPoll,
  after: ScheduledPoll,
): ScheduledPoll[] {
  return scheduled.map((poll) =>
    poll.dueMs === before.dueMs && poll.entry.key === before.entry.key
      ? { entry: poll.entry, dueMs: after.dueMs }
      : poll,
  );
}

export function latenessMs(poll: ScheduledPoll, nowMs: number): number {
  return Math.max(0, nowMs - poll.dueMs);
}

/** From 1 on, the poll gets a turn out of rank. */
export function pollAge(poll: ScheduledPoll, nowMs: number): number {
  return latenessMs(poll, nowMs) / (poll.entry.intervalMs * AGED_AT_SHARE);
}

function deadlineMs(poll: ScheduledPoll): number {
  return poll.dueMs + poll.entry.intervalMs;
}

function sameWork(a: PollEntry, b: PollEntry): boolean {
  return (
    a.unitId === b.unitId &&
    a.intervalMs === b.intervalMs &&
    JSON.stringify(a.blocks) === JSON.stringify(b.blocks)
  );
}
