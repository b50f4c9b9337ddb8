import type { UnitId } from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Cancel, Clock } from "../clock.ts";
import { GatewayError } from "../errors.ts";
import type { BytePipe, PipeState } from "../pipe/byte-pipe.ts";
import { allowanceMs } from "../protocol/line/round-trip.ts";
import type { Answer, Wire, WireFrame } from "../protocol/protocol.ts";
import type {
  Bus,
  BusBudget,
  BusEvents,
  BusState,
  Lane,
  PollEntry,
  ProfileTiming,
  ReadReply,
  ReadRequest,
  WriteRequest,
} from "./bus.ts";
import { afterExchange, QUIET_BUS } from "./bus-health.ts";
import { BusListeners } from "./bus-listeners.ts";
import { BusUse } from "./bus-use.ts";
import { LANE_TABLE } from "./lanes.ts";
import { ASSUMED_TURNAROUND_MS, plannedMilli } from "./planned-use.ts";
import { afterMissedPoll, afterPoll, movedOn, replan, type ScheduledPoll } from "./poll-schedule.ts";
import { RequestQueue, rejectAll, type WaitingRequest } from "./request-queue.ts";
import { nextTurn, nextTurnMs, type Turn, type TurnState } from "./turn.ts";
import { probeSoon } from "./unit-health.ts";
import { noteAnswer, type UnitRecord, UnitRegister, unitBudget } from "./units.ts";

/** Longest sleep of the loop; a jump of the wall clock is noticed by then, and expiries follow it. Range 0.1–10 s. */
const LONGEST_SLEEP_MS = 1000;

export interface ScheduledBusOptions {
  id: string;
  pipe: BytePipe;
  openWire: (onFrame: (frame: WireFrame) => void) => Wire;
  clock: Clock;
  log: Logger;
  /** 0 ≤ value < 1. */
  random: () => number;
}

/** One owner of one RS485 line: one scheduler, one transaction in flight. */
export class ScheduledBus implements Bus {
  readonly id: string;
  readonly #pipe: BytePipe;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #random: () => number;
  readonly #wire: Wire;
  readonly #listeners: BusListeners;
  readonly #queue = new RequestQueue();
  readonly #units = new UnitRegister();
  readonly #use: BusUse;
  readonly #running: Promise<void>;
  #polls: ScheduledPoll[] = [];
  #state: BusState = "opening";
  #busHealth = QUIET_BUS;
  #liveSinceDoubtful = 1;
  #lastTurnWasOutOfRank = false;
  #previousGapMs = 0;
  #wake: () => void = () => {};
  #closed = false;

  constructor({ id, pipe, openWire, clock, log, random }: ScheduledBusOptions) {
    this.id = id;
    this.#pipe = pipe;
    this.#clock = clock;
    this.#log = log.child({ bus: id });
    this.#random = random;
    this.#use = new BusUse(clock.monotonicMs());
    this.#listeners = new BusListeners((error) =>
      this.#log.error({ err: error }, "a listener of the bus failed"),
    );
    this.#wire = openWire((frame) => this.#listeners.tell("frame", { at: clock.nowMs(), ...frame }));
    pipe.onState((state) => this.#followPipe(state));
    pipe.open();
    this.#running = this.#run();
  }

  read(request: ReadRequest): Promise<ReadReply> {
    return new Promise((resolve, reject) => {
      if (this.#refuses(reject)) return;
      this.#queue.addRead(request, this.#clock.monotonicMs(), { resolve, reject });
      this.#requested(request.lane, request.unitId);
    });
  }

  write(request: WriteRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#refuses(reject)) return;
      this.#queue.addWrite(request, this.#clock.monotonicMs(), { resolve, reject });
      this.#requested(request.lane, request.unitId);
    });
  }

  setPollPlan(plan: readonly PollEntry[]): void {
    this.#polls = replan(this.#polls, plan, this.#clock.monotonicMs());
    this.#wake();
  }

  on<E extends keyof BusEvents>(event: E, listener: (value: BusEvents[E]) => void): Cancel {
    return this.#listeners.on(event, listener);
  }

  budget(): BusBudget {
    const nowMs = this.#clock.monotonicMs();
    const plan = this.#polls.map(({ entry }) => entry);
    const turnaroundMsOf = (unitId: UnitId) =>
      this.#units.find(unitId)?.roundTrip.smoothedMs ?? ASSUMED_TURNAROUND_MS;
    const planned = plannedMilli(plan, this.#wire, turnaroundMsOf);
    return {
      busId: this.id,
      state: this.#state,
      plannedMilli: planned,
      overcommitted: planned > 1000,
      ...this.#use.lastMinute(nowMs),
      lanes: this.#use.lanes(nowMs, (lane) => this.#queue.waitingCount(lane)),
      units: this.#units.all().map(unitBudget),
      foreignBytes: this.#wire.foreignBytes,
      localEcho: this.#wire.localEcho,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wire.close();
    this.#queue.rejectEverything(new GatewayError("bus-closed"));
    this.#wake();
    await this.#running;
    await this.#pipe.close();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#queue.expire(this.#clock.nowMs());
      const nowMs = this.#clock.monotonicMs();
      const next = this.#pipe.isUp ? nextTurn(this.#turnState(), nowMs) : undefined;
      if (!next) {
        await this.#sleep(nowMs);
        continue;
      }
      this.#lastTurnWasOutOfRank = next.outOfRank;
      await this.#take(next.turn, nowMs);
    }
  }

  #turnState(): TurnState {
    return {
      queue: this.#queue,
      polls: this.#polls,
      healthOf: (unitId) => this.#units.get(unitId).health,
      liveSinceDoubtful: this.#liveSinceDoubtful,
      lastTurnWasOutOfRank: this.#lastTurnWasOutOfRank,
    };
  }

  /** Until something new comes in, or something that waits may go or expires. */
  #sleep(nowMs: number): Promise<void> {
    const turnInMs = this.#pipe.isUp ? nextTurnMs(this.#turnState(), nowMs) - nowMs : LONGEST_SLEEP_MS;
    const expiryInMs = this.#queue.nextExpiryMs() - this.#clock.nowMs();
    const delayMs = Math.max(0, Math.min(LONGEST_SLEEP_MS, turnInMs, expiryInMs));
    return new Promise((resolve) => {
      const cancel = this.#clock.setTimer(resolve, delayMs);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  async #take(turn: Turn, startedMs: number): Promise<void> {
    const succeeded =
      turn.kind === "poll" ? await this.#poll(turn, startedMs) : await this.#serve(turn.waiting);
    const { lane, latenessMs } = turn;
    this.#use.note({ lane, succeeded, startedMs, endMs: this.#clock.monotonicMs(), latenessMs });
  }

  async #poll({ poll, isDoubtful }: Extract<Turn, { kind: "poll" }>, startedMs: number): Promise<boolean> {
    const { key, unitId, blocks, profile } = poll.entry;
    this.#liveSinceDoubtful = isDoubtful ? 0 : this.#liveSinceDoubtful + 1;
    const unit = this.#units.get(unitId);
    const replies: ReadReply[] = [];
    for (const block of blocks) {
      const answer = await this.#wire.read(unitId, block, this.#timing(unit, profile));
      this.#note(unit, answer, profile);
      if (!answer.ok) {
        this.#polls = movedOn(this.#polls, poll, afterMissedPoll(poll, startedMs));
        return false;
      }
      replies.push({ words: answer.value, at: this.#wallMs(answer.atMonotonicMs) });
    }
    this.#polls = movedOn(this.#polls, poll, afterPoll(poll, startedMs));
    this.#listeners.tell("reply", { key, unitId, replies, at: replies.at(-1)?.at ?? 0 });
    return true;
  }

  async #serve(waiting: WaitingRequest): Promise<boolean> {
    this.#queue.take(waiting);
    const { profile } = waiting.request;
    const unit = this.#units.get(waiting.unitId);
    const timing = this.#timing(unit, profile);
    if (waiting.kind === "read") {
      const answer = await this.#wire.read(waiting.unitId, waiting.request.block, timing);
      this.#note(unit, answer, profile);
      if (!answer.ok) rejectAll(waiting, answer.error);
      else {
        const at = this.#wallMs(answer.atMonotonicMs);
        for (const waiter of waiting.waiters) waiter.resolve({ words: [...answer.value], at });
      }
      return answer.ok;
    }
    const answer = await this.#wire.write(waiting.unitId, waiting.request.write, timing);
    this.#note(unit, answer, profile);
    if (!answer.ok) rejectAll(waiting, answer.error);
    else for (const waiter of waiting.waiters) waiter.resolve();
    return answer.ok;
  }

  /** Some meters restart when anybody on their line is asked too soon, so the gap of the previous one counts as well. */
  #timing(unit: UnitRecord, profile: ProfileTiming) {
    const gapMs = Math.max(profile.minimumGapMs, this.#previousGapMs);
    this.#previousGapMs = profile.minimumGapMs;
    return { gapMs, allowanceMs: allowanceMs(unit.roundTrip, profile.longestLatencyMs) };
  }

  #note(unit: UnitRecord, answer: Answer<unknown>, profile: ProfileTiming): void {
    const nowMs = this.#clock.monotonicMs();
    const before = unit.health.presence;
    noteAnswer(unit, answer, {
      nowMs,
      nowWallMs: this.#clock.nowMs(),
      longestLatencyMs: profile.longestLatencyMs,
      random: this.#random(),
    });
    const { presence } = unit.health;
    if (presence !== null && presence !== before) {
      this.#log.info({ unitId: unit.unitId, presence, before }, "presence of a unit changed");
      this.#listeners.tell("unit", { unitId: unit.unitId, presence, at: this.#clock.nowMs() });
    }
    this.#noteDuplicate(unit, answer, nowMs);
    this.#followHealth(answer);
  }

  #noteDuplicate(unit: UnitRecord, answer: Answer<unknown>, nowMs: number): void {
    if (answer.ok) return;
    const { cause, foreignUnitId } = answer;
    if (cause === "duplicate-address") this.#tellDuplicate(unit.unitId);
    const other = foreignUnitId === undefined ? undefined : this.#units.find(foreignUnitId);
    // A late answer comes from a unit in quarantine. Any other unit has already answered what it was asked.
    if (other && other !== unit && other.lastReplyAt !== null && other.health.quarantinedUntilMs <= nowMs) {
      this.#tellDuplicate(other.unitId);
    }
  }

  #tellDuplicate(unitId: UnitId): void {
    this.#log.warn({ unitId }, "more than one unit answers to this address");
    this.#listeners.tell("bus", { kind: "duplicate-address", unitId, at: this.#clock.nowMs() });
  }

  #followHealth(answer: Answer<unknown>): void {
    if (!answer.ok && (answer.cause === "bus-down" || answer.cause === "bus-closed")) return;
    const wasJammed = this.#busHealth.jammed;
    this.#busHealth = afterExchange(this.#busHealth, answer.ok || answer.answered ? null : answer.cause);
    if (this.#busHealth.jammed === wasJammed) return;
    if (this.#busHealth.jammed)
      this.#enter("jammed", "the line is never clean", { failures: 0, alarm: true });
    else this.#comeUp("the line is clean again");
  }

  #followPipe(pipe: PipeState): void {
    this.#busHealth = QUIET_BUS;
    if (pipe.state === "up") {
      this.#comeUp("connected");
      return;
    }
    this.#enter("down", pipe.reason, pipe);
    this.#queue.rejectEverything(new GatewayError("bus-down", pipe.reason));
  }

  #comeUp(detail: string): void {
    // Units that were lost with the line are not dead: ask them all again.
    this.#units.updateHealth((health) => probeSoon(health, this.#clock.monotonicMs()));
    this.#enter("up", detail, { failures: 0, alarm: false });
    this.#wake();
  }

  #enter(state: BusState, detail: string, { failures, alarm }: { failures: number; alarm: boolean }): void {
    this.#state = state;
    this.#log.info({ state, detail, failures }, "state of the bus");
    this.#listeners.tell("bus", { kind: "state", state, at: this.#clock.nowMs(), detail, failures, alarm });
  }

  /** While the bus is down nothing is queued: a caller learns at once, and no old request goes out when it is back. */
  #refuses(reject: (error: GatewayError) => void): boolean {
    if (this.#closed) reject(new GatewayError("bus-closed"));
    else if (this.#state === "down") reject(new GatewayError("bus-down"));
    else return false;
    return true;
  }

  #requested(lane: Lane, unitId: UnitId): void {
    if (LANE_TABLE[lane].wakesOfflineUnit) {
      const unit = this.#units.get(unitId);
      unit.health = probeSoon(unit.health, this.#clock.monotonicMs());
    }
    this.#wake();
  }

  #wallMs(monotonicMs: number): number {
    return Math.round(this.#clock.nowMs() - (this.#clock.monotonicMs() - monotonicMs));
  }
}
