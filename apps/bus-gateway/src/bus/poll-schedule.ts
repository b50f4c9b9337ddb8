import type { ReadBlock, UnitId } from "@hallmeter/meter-model";
import { covers, placeOf, wordsWithin } from "./blocks.ts";
import type { PollEntry, ReadReply } from "./bus.ts";

/** One sample of the plan and how far it has come in its period. */
export interface ScheduledPoll {
  readonly entry: PollEntry;
  /** Monotonic; the sample may be read from here on and should be in one interval later. */
  dueMs: number;
  /** Replies of this period, by the place of their block. */
  replies: (ReadReply | undefined)[];
  /** Monotonic; when the first of them was asked for. */
  begunMs: number | null;
}

/** A poll that is late by this share of its interval is aged, so that it comes well before three periods have passed. */
const AGED_AT_SHARE = 0.5;
/** A sample may be taken this share of its interval early where that saves the wire a request of its own. */
const EARLY_SHARE = 0.5;
/**
 * From the first to the last block of one sample. Range 2–30 s: rules compare power and relay of a sample, and ten blocks of DL/T
 * 645 take 5 s at 1200 baud.
 */
const LONGEST_SAMPLE_MS = 10_000;

/** The samples of the plan, by unit. */
export class PollSchedule {
  #polls: ScheduledPoll[] = [];
  #byUnit = new Map<UnitId, ScheduledPoll[]>();
  #isWatching = false;

  /** Some circuit may have to be switched off at any moment. */
  get isWatching(): boolean {
    return this.#isWatching;
  }

  get all(): readonly ScheduledPoll[] {
    return this.#polls;
  }

  ofUnit(unitId: UnitId): readonly ScheduledPoll[] {
    return this.#byUnit.get(unitId) ?? [];
  }

  /** A new plan; entries that stay the same keep their place in time, the others are due at once. */
  replan(plan: readonly PollEntry[], nowMs: number): void {
    const known = new Map(this.#polls.map((poll) => [poll.entry.key, poll]));
    this.#polls = plan.map((entry) => {
      const before = known.get(entry.key);
      if (before && sameWork(before.entry, entry)) return { ...before, entry };
      return { entry, dueMs: nowMs, replies: [], begunMs: null };
    });
    this.#isWatching = isWatching(plan);
    this.#byUnit = new Map();
    for (const poll of this.#polls) {
      const { unitId } = poll.entry;
      this.#byUnit.set(unitId, [...this.ofUnit(unitId), poll]);
    }
  }
}

/** Whether circuits of the plan are under rules that may switch them off at any moment. */
export function isWatching(plan: readonly PollEntry[]): boolean {
  return plan.some(({ lane }) => lane === "watch");
}

/** Replies of an earlier period, or too far apart, are no part of one sample. */
export function dropStaleReplies(poll: ScheduledPoll, nowMs: number): void {
  const longestMs = Math.min(poll.entry.intervalMs, LONGEST_SAMPLE_MS);
  if (poll.begunMs !== null && nowMs - poll.begunMs > longestMs) startOver(poll);
}

export function missingBlocks(poll: ScheduledPoll): ReadBlock[] {
  return poll.entry.blocks.filter((_, index) => !poll.replies[index]);
}

/** Takes what of the sample a reply holds. Returns whether it is whole now. */
export function takeReply(
  poll: ScheduledPoll,
  block: ReadBlock,
  reply: ReadReply,
  startedMs: number,
): boolean {
  poll.begunMs ??= startedMs;
  let isWhole = true;
  for (const [index, wanted] of poll.entry.blocks.entries()) {
    if (!poll.replies[index] && covers(block, wanted))
      poll.replies[index] = { words: wordsWithin(reply.words, block, wanted), at: reply.at };
    isWhole &&= poll.replies[index] !== undefined;
  }
  return isWhole;
}

/** The sample is whole: on to the next period. One taken early shifts those to come; periods missed altogether are not made up for. */
export function completed(poll: ScheduledPoll): ReadReply[] {
  const replies = poll.replies.filter((reply) => reply !== undefined);
  const { entry, dueMs, begunMs } = poll;
  const lateMs = (begunMs ?? dueMs) - dueMs;
  const periods = Math.max(1, Math.ceil(lateMs / entry.intervalMs));
  poll.dueMs = lateMs < 0 ? dueMs + lateMs + entry.intervalMs : dueMs + periods * entry.intervalMs;
  startOver(poll);
  return replies;
}

/**
 * A poll without an answer is repeated a quarter of a period later: early enough that its sample does not go stale, late
 * enough that a short disturbance has passed. What the unit refuses, it will refuse again: that has time for a whole period.
 */
export function missed(poll: ScheduledPoll, startedMs: number, isForGood: boolean): void {
  poll.dueMs = startedMs + poll.entry.intervalMs * (isForGood ? 1 : 1 / 4);
}

/** Whether it may be read now along with something else of its unit that is next read at `againMs`. */
export function mayShare({ entry, dueMs }: ScheduledPoll, nowMs: number, againMs: number): boolean {
  if (dueMs <= nowMs) return true;
  return dueMs < againMs && dueMs - nowMs <= entry.intervalMs * EARLY_SHARE;
}

export function latenessMs(poll: ScheduledPoll, nowMs: number): number {
  return Math.max(0, nowMs - poll.dueMs);
}

/** From 1 on, the poll gets a turn out of rank. */
export function pollAge(poll: ScheduledPoll, nowMs: number): number {
  return latenessMs(poll, nowMs) / (poll.entry.intervalMs * AGED_AT_SHARE);
}

/** Earliest first; a sample that has begun comes before the others of its lane, so that its blocks are of one moment. */
export function deadlineMs({ entry, dueMs, begunMs }: ScheduledPoll): number {
  return begunMs === null ? dueMs + entry.intervalMs : Number.NEGATIVE_INFINITY;
}

function startOver(poll: ScheduledPoll): void {
  poll.replies = [];
  poll.begunMs = null;
}

function sameWork(a: PollEntry, b: PollEntry): boolean {
  return (
    a.unitId === b.unitId &&
    a.intervalMs === b.intervalMs &&
    a.blocks.map(placeOf).join() === b.blocks.map(placeOf).join()
  );
}
