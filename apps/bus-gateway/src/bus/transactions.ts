import { isModbusBlock, type ReadBlock, type UnitId } from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { type Answer, type Refusal, refusal, unconfirmed, type Wire } from "../protocol/protocol.ts";
import { covers, placeOf } from "./blocks.ts";
import type { PollEntry, ProfileTiming, ReadReply } from "./bus.ts";
import type { BusListeners } from "./bus-listeners.ts";
import { LANE_TABLE } from "./lanes.ts";
import {
  mayAnswerEarlier,
  mayBeLate,
  outdated,
  readShape,
  remember,
  stillOpen,
  stillOwed,
  tellableBlock,
  writeShape,
} from "./late-replies.ts";
import { splitOf } from "./learned-split.ts";
import { nextPart, type PartialRead, partialOf, withPart } from "./partial-reads.ts";
import { allowanceFor, type Errand, noteSlowness } from "./patience.ts";
import { ASSUMED_TURNAROUND_MS } from "./plan-budget.ts";
import {
  completed,
  dropStaleReplies,
  mayShare,
  missed,
  missingBlocks,
  type PollSchedule,
  takeReply,
} from "./poll-schedule.ts";
import { longestJoinedMs, type PlannedRead, planRead, type ReadPlanSetting } from "./read-plan.ts";
import { type RequestQueue, rejectAll, type WaitingRead, type WaitingWrite } from "./request-queue.ts";
import type { Turn } from "./turn.ts";
import { isOffline } from "./unit-health.ts";
import type { UnitRecord, UnitRegister } from "./units.ts";

type PollTurn = Extract<Turn, { kind: "poll" }>;

/** What goes out, and which block it goes out for. */
type TargetedRead = PlannedRead & { target: ReadBlock; isPoll: boolean };

/** What goes on the wire, for which of the plans, and what it is a part of, where it goes in parts. */
interface Sending {
  block: ReadBlock;
  planned: PlannedRead;
  partial: PartialRead | null;
}

interface TransactionsOptions {
  wire: Wire;
  queue: RequestQueue;
  schedule: PollSchedule;
  units: UnitRegister;
  listeners: BusListeners;
  clock: Clock;
  log: Logger;
  /** Carries out what does not wait for the rest of a long read. @returns the units that were spoken to */
  serveBetween: () => Promise<ReadonlySet<UnitId>>;
  /** Learns from what came of a transaction. */
  note: (unit: UnitRecord, answer: Answer<unknown>, profile: ProfileTiming, shape: string | null) => void;
}

/** Carries turns out: what goes on the wire for them, and who gets what comes back. */
export class Transactions {
  readonly #wire: Wire;
  readonly #queue: RequestQueue;
  readonly #schedule: PollSchedule;
  readonly #units: UnitRegister;
  readonly #listeners: BusListeners;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #serveBetween: TransactionsOptions["serveBetween"];
  readonly #note: TransactionsOptions["note"];
  #previousGapMs = 0;

  constructor(options: TransactionsOptions) {
    const { wire, queue, schedule, units, listeners, clock, log, serveBetween, note } = options;
    this.#wire = wire;
    this.#queue = queue;
    this.#schedule = schedule;
    this.#units = units;
    this.#listeners = listeners;
    this.#clock = clock;
    this.#log = log;
    this.#serveBetween = serveBetween;
    this.#note = note;
  }

  /** Never sent twice. A confirmation that may be that of an earlier write confirms nothing. */
  async write(waiting: WaitingWrite, startedMs: number): Promise<boolean> {
    this.#queue.take(waiting);
    const { write, profile } = waiting.request;
    const unit = this.#units.get(waiting.unitId);
    const shape = writeShape(write);
    // What was read before, or is late, says nothing of what is so after it.
    unit.partial = null;
    unit.openReplies = outdated(unit.openReplies);
    const owed = stillOpen(unit.openReplies, startedMs);
    const said = await this.#wire.write(unit.unitId, write, this.#timing(unit, profile));
    const heard = mayAnswerEarlier(said, shape, owed, "write") ? unconfirmed(notForSure()) : said;
    this.#note(unit, heard, profile, shape);
    const isBelieved = !heard.ok || !this.#isDistrusted(unit);
    const answer = isBelieved ? heard : unconfirmed(refusal("duplicate-address", { answered: true }));
    if (!answer.ok) rejectAll(waiting, answer.error);
    else for (const waiter of waiting.waiters) waiter.resolve();
    return answer.ok;
  }

  /** Reads for somebody who asked, and for the polls of the unit that are due along with it. */
  async request(waiting: WaitingRead, startedMs: number): Promise<boolean> {
    const { profile, block } = waiting.request;
    const unit = this.#units.get(waiting.unitId);
    const againMs = Number.POSITIVE_INFINITY;
    const others = LANE_TABLE[waiting.lane].growsReads ? this.#sharers(unit, startedMs, againMs) : [];
    const planned = planRead(block, others, this.#setting(unit, block, startedMs));
    const outcome = await this.#read(unit, { target: block, isPoll: false, ...planned }, profile, startedMs);
    if (outcome === "answered") return true;
    if (outcome === "put-off") return false;
    this.#queue.take(waiting);
    rejectAll(waiting, outcome.error);
    return false;
  }

  async poll({ poll, isDoubtful }: PollTurn, startedMs: number): Promise<boolean> {
    const { entry } = poll;
    const unit = this.#units.get(entry.unitId);
    dropStaleReplies(poll, startedMs);
    const [target] = missingBlocks(poll);
    if (!target) {
      missed(poll, startedMs, true);
      return true;
    }
    if (isOffline(unit.health)) return this.#probe(unit, target, entry, startedMs);
    const others = isDoubtful ? [] : this.#sharers(unit, startedMs, poll.dueMs + entry.intervalMs);
    const planned = planRead(target, others, this.#setting(unit, target, startedMs));
    const outcome = await this.#read(unit, { target, isPoll: true, ...planned }, entry.profile, startedMs);
    return outcome === "answered";
  }

  /** One register is enough to see whether a dead unit is back; its polls are still due then. */
  async #probe(unit: UnitRecord, target: ReadBlock, { profile }: PollEntry, startedMs: number) {
    const block = isModbusBlock(target) ? { ...target, count: 1 } : target;
    const outcome = await this.#read(
      unit,
      { target: block, isPoll: true, block, parts: [] },
      profile,
      startedMs,
    );
    return outcome === "answered";
  }

  /** Everything of the unit that waits or may be read now, as blocks. */
  #sharers(unit: UnitRecord, nowMs: number, againMs: number): ReadBlock[] {
    const polls = this.#schedule.ofUnit(unit.unitId).filter((poll) => mayShare(poll, nowMs, againMs));
    for (const poll of polls) dropStaleReplies(poll, nowMs);
    const reads = this.#queue.readsOf(unit.unitId).filter(({ lane }) => LANE_TABLE[lane].growsReads);
    return [...polls.flatMap(missingBlocks), ...reads.map(({ request }) => request.block)];
  }

  #setting(unit: UnitRecord, block: ReadBlock, nowMs: number): ReadPlanSetting {
    const turnaroundMs = unit.roundTrip.smoothedMs ?? ASSUMED_TURNAROUND_MS;
    const holes = this.#schedule.ofUnit(unit.unitId).flatMap(({ entry }) => entry.holes);
    if (!isModbusBlock(block)) return { readMs: () => 0, holes, splits: [], longestJoinedMs: 0 };
    const readMs = (count: number) => this.#wire.readMs({ ...block, count }, turnaroundMs);
    return {
      readMs,
      holes,
      longestJoinedMs: longestJoinedMs(readMs, this.#schedule.isWatching),
      splits: unit.splits.filter((split) => split.function === block.function && split.untilMs > nowMs),
    };
  }

  /** "put-off": nothing came of it and nobody is to blame; the next try will be another one. */
  async #read(unit: UnitRecord, wanted: TargetedRead, profile: ProfileTiming, startedMs: number) {
    const sending = this.#sendingOf(unit, wanted, startedMs);
    if (!sending) {
      const open = stillOpen(unit.openReplies, startedMs);
      const quarantinedUntilMs = Math.max(...open.map(({ untilMs }) => untilMs));
      unit.health = { ...unit.health, quarantinedUntilMs };
      return "put-off";
    }
    const { block, planned, partial } = sending;
    const place = placeOf(wanted.target);
    const owed = stillOpen(unit.openReplies, startedMs);
    const errand = { place, isPoll: wanted.isPoll };
    let isInterrupted = false;
    const said = await this.#wire.read(unit.unitId, block, {
      ...this.#timing(unit, profile, errand),
      between: async () => {
        const served = await this.#serveBetween();
        // Half of what was read is from before, and who knows whether the unit has kept its place.
        isInterrupted = served.has(unit.unitId);
        return !isInterrupted;
      },
    });
    if (isInterrupted) return "put-off";
    if (isLonger(block, planned.block) && refusesRange(said) && owed.length > 0) {
      this.#note(unit, said, profile, null);
      // If that was a late refusal, the answer is still to come.
      unit.openReplies = remember(unit.openReplies, readShape(block), this.#clock.monotonicMs());
      this.#part(unit, block, planned, startedMs);
      return "put-off";
    }
    const isOneOfTwo = mayBeLate(owed, readShape(block), startedMs) && isSecondAnswer(said);
    const isUnclear = mayAnswerEarlier(said, null, owed, "read") || isOneOfTwo;
    const answer = isUnclear ? notForSure() : said;
    noteSlowness(unit, place, answer);
    this.#note(unit, answer, profile, readShape(block));
    if (answer.ok && !this.#isDistrusted(unit)) {
      const at = this.#wallMs(answer.atMonotonicMs);
      if (partial) return this.#takePart(unit, partial, { block, words: answer.value, at }, startedMs);
      this.#handOut(unit, block, { words: answer.value, at }, startedMs);
      return "answered";
    }
    const refused = answer.ok ? refusal("duplicate-address", { answered: true }) : answer;
    if (refusesRange(refused) && this.#part(unit, block, planned, startedMs)) return "put-off";
    const isForGood = refused.error.failureClass === "permanent";
    for (const poll of this.#schedule.ofUnit(unit.unitId)) {
      const isTouched = missingBlocks(poll).some((wanted) => covers(block, wanted));
      // A unit that does not answer at all is not asked for its other samples at once either.
      if (poll.dueMs <= startedMs && (isTouched || !refused.answered)) missed(poll, startedMs, isForGood);
    }
    return refused;
  }

  /** What can be sent now so that no late reply is taken for its answer: what was planned, what it is for, or a part of that. */
  #sendingOf(unit: UnitRecord, wanted: TargetedRead, nowMs: number): Sending | null {
    const { target } = wanted;
    const alone: PlannedRead = { block: target, parts: [] };
    for (const planned of [wanted, alone]) {
      const setting = this.#setting(unit, planned.block, nowMs);
      const block = tellableBlock(planned.block, unit.openReplies, setting, nowMs);
      if (block) return { block, planned, partial: null };
    }
    const partial = partialOf(unit.partial, target, unit.openReplies, nowMs);
    unit.partial = partial;
    const part = nextPart(partial, unit.openReplies, nowMs);
    return part && { block: part, planned: alone, partial };
  }

  #takePart(
    unit: UnitRecord,
    begun: PartialRead,
    { block, words, at }: { block: ReadBlock; words: number[]; at: number },
    startedMs: number,
  ): "answered" | "put-off" {
    const nowMs = this.#clock.monotonicMs();
    const { partial, words: whole } = withPart(begun, { block, words }, unit.openReplies, nowMs);
    unit.openReplies = stillOwed(unit.openReplies, readShape(block), nowMs);
    unit.partial = whole ? null : partial;
    if (!whole) return "put-off";
    this.#handOut(unit, begun.block, { words: whole, at }, startedMs);
    return "answered";
  }

  #isDistrusted({ distrustedUntilMs }: UnitRecord): boolean {
    return this.#clock.monotonicMs() < distrustedUntilMs;
  }

  #handOut(unit: UnitRecord, block: ReadBlock, reply: ReadReply, startedMs: number): void {
    const { unitId } = unit;
    this.#queue.answer(unitId, block, reply);
    for (const poll of this.#schedule.ofUnit(unitId)) {
      if (!mayShare(poll, startedMs, Number.POSITIVE_INFINITY)) continue;
      dropStaleReplies(poll, startedMs);
      if (!missingBlocks(poll).some((wanted) => covers(block, wanted))) continue;
      if (!takeReply(poll, block, reply, startedMs)) continue;
      const replies = completed(poll);
      const at = Math.max(...replies.map((part) => part.at));
      this.#listeners.tell("reply", { key: poll.entry.key, unitId, replies, at });
    }
  }

  /** Learns where a read that was more than anybody asked for has to be parted; false when there is nothing to part. */
  #part(unit: UnitRecord, sent: ReadBlock, planned: PlannedRead, nowMs: number): boolean {
    const split = splitOf(sent, planned, nowMs);
    if (!split) return false;
    unit.splits = [...unit.splits.filter(({ untilMs }) => untilMs > nowMs), split];
    const { unitId } = unit;
    const { from, to } = split;
    this.#log.info({ unitId, from, to }, "the unit refuses to be read across these registers");
    this.#listeners.tell("bus", { kind: "hole-learned", unitId, from, to, at: this.#clock.nowMs() });
    return true;
  }

  #timing(unit: UnitRecord, profile: ProfileTiming, errand: Omit<Errand, "likelyMs"> = {}) {
    const likelyMs = () => this.#units.likelyAllowanceMs(profile.longestLatencyMs);
    return {
      gapMs: this.#gapMs(profile),
      allowanceMs: allowanceFor(unit, profile, { ...errand, likelyMs }),
    };
  }

  /** Some meters restart when anybody on their line is asked too soon, so the gap of the previous one counts as well. */
  #gapMs({ minimumGapMs }: ProfileTiming): number {
    const gapMs = Math.max(minimumGapMs, this.#previousGapMs);
    this.#previousGapMs = minimumGapMs;
    return gapMs;
  }

  #wallMs(monotonicMs: number): number {
    return Math.round(this.#clock.nowMs() - (this.#clock.monotonicMs() - monotonicMs));
  }
}

/** A late reply may have been taken for the answer, and the answer itself may still come. */
function notForSure(): Refusal {
  return refusal("reply-foreign");
}

function isLonger(sent: ReadBlock, planned: ReadBlock): boolean {
  return isModbusBlock(sent) && isModbusBlock(planned) && sent.count > planned.count;
}

function refusesRange(answer: Answer<unknown>): boolean {
  return !answer.ok && (answer.cause === "address-refused" || answer.cause === "value-refused");
}

/** Two whole answers: of two meters, or of a unit that owes one of the same shape. */
function isSecondAnswer(answer: Answer<unknown>): boolean {
  return !answer.ok && answer.cause === "duplicate-address";
}
