import type { UnitId } from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Cancel, Clock } from "../clock.ts";
import { GatewayError } from "../errors.ts";
import type { BytePipe } from "../pipe/byte-pipe.ts";
import { namesOneUnit } from "../protocol/dlt645/address.ts";
import type { Wire, WireFrame } from "../protocol/protocol.ts";
import type {
  Bus,
  BusBudget,
  BusEvents,
  Lane,
  PollEntry,
  ReadReply,
  ReadRequest,
  WriteRequest,
} from "./bus.ts";
import { BusCondition } from "./bus-condition.ts";
import { BusListeners } from "./bus-listeners.ts";
import { BusUse } from "./bus-use.ts";
import { GO_BETWEEN_FRAMES, LANE_TABLE } from "./lanes.ts";
import { budgetOf, type PlanBudget } from "./plan-budget.ts";
import { PollSchedule } from "./poll-schedule.ts";
import { type Moment, RequestQueue } from "./request-queue.ts";
import { Transactions } from "./transactions.ts";
import { nextTurn, nextTurnMs, type RequestTurn, requestTurns, type Turn, type TurnState } from "./turn.ts";
import { probeSoon } from "./unit-health.ts";
import { UnitObserver } from "./unit-observer.ts";
import { UnitRegister, unitBudget } from "./units.ts";

/** Longest sleep of the loop; a jump of the wall clock is noticed by then, and expiries follow it. Range 0.1–10 s. */
const LONGEST_SLEEP_MS = 1000;
/** Learned turnarounds move slowly, and a budget of hundreds of circuits takes milliseconds. Range 1–60 s. */
const PLAN_BUDGET_KEPT_MS = 5000;

export interface ScheduledBusOptions {
  id: string;
  pipe: BytePipe;
  openWire: (onFrame: (frame: WireFrame) => void) => Wire;
  clock: Clock;
  log: Logger;
  /** 0 ≤ value < 1. */
  random: () => number;
}

/** One owner of one bus: one scheduler, one transaction in flight. */
export class ScheduledBus implements Bus {
  readonly id: string;
  readonly #pipe: BytePipe;
  readonly #clock: Clock;
  readonly #wire: Wire;
  readonly #listeners: BusListeners;
  readonly #condition: BusCondition;
  readonly #queue = new RequestQueue();
  readonly #schedule = new PollSchedule();
  readonly #units = new UnitRegister();
  readonly #transactions: Transactions;
  readonly #use: BusUse;
  readonly #running: Promise<void>;
  #liveSinceDoubtful = 1;
  #turnsOutOfRank = 0;
  #turns = 0;
  /** How long others have spoken between the frames of long reads, in all. */
  #betweenMs = 0;
  readonly #lastTurns = new Map<Lane, number>();
  #planBudget: { budget: PlanBudget; atMs: number } | null = null;
  #wake: () => void = () => {};
  #closed = false;

  constructor({ id, pipe, openWire, clock, log: parentLog, random }: ScheduledBusOptions) {
    const log = parentLog.child({ bus: id });
    const listeners = new BusListeners((error) => log.error({ err: error }, "a listener of the bus failed"));
    const units = this.#units;
    const observer = new UnitObserver({ units, listeners, clock, log, random });
    this.id = id;
    this.#pipe = pipe;
    this.#clock = clock;
    this.#listeners = listeners;
    this.#use = new BusUse(clock.monotonicMs());
    this.#condition = new BusCondition({
      listeners,
      clock,
      log,
      onUp: () => this.#askAllAgain(),
      onDown: (reason) => this.#queue.rejectEverything(new GatewayError("bus-down", reason)),
    });
    this.#wire = openWire((frame) => {
      observer.heard(frame);
      listeners.tell("frame", { at: clock.nowMs(), ...frame });
    });
    this.#transactions = new Transactions({
      wire: this.#wire,
      queue: this.#queue,
      schedule: this.#schedule,
      units,
      listeners,
      clock,
      log,
      serveBetween: () => this.#serveBetween(),
      note: (unit, answer, profile, shape) => {
        observer.note(unit, answer, profile, shape);
        // Meters that answer to one pattern over each other jam nothing.
        if (namesOneUnit(unit.unitId)) this.#condition.followAnswer(answer);
      },
    });
    pipe.onState((state) => this.#condition.followPipe(state));
    pipe.open();
    this.#running = this.#run();
  }

  read(request: ReadRequest): Promise<ReadReply> {
    return new Promise((resolve, reject) => {
      if (this.#refuses(reject)) return;
      this.#queue.addRead(request, this.#now(), { resolve, reject });
      this.#requested(request.lane, request.unitId);
    });
  }

  write(request: WriteRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#refuses(reject)) return;
      this.#queue.addWrite(request, this.#now(), { resolve, reject });
      this.#requested(request.lane, request.unitId);
    });
  }

  setPollPlan(plan: readonly PollEntry[]): void {
    const { plannedMilli, overcommitted } = this.#budgetOf(plan);
    if (overcommitted)
      this.#listeners.tell("bus", { kind: "overcommitted", plannedMilli, at: this.#clock.nowMs() });
    this.#schedule.replan(plan, this.#clock.monotonicMs());
    this.#planBudget = null;
    this.#wake();
  }

  on<E extends keyof BusEvents>(event: E, listener: (value: BusEvents[E]) => void): Cancel {
    return this.#listeners.on(event, listener);
  }

  budget(): BusBudget {
    const nowMs = this.#clock.monotonicMs();
    const { plannedMilli, overcommitted, lanes, entries } = this.#currentPlanBudget(nowMs);
    return {
      busId: this.id,
      state: this.#condition.state,
      plannedMilli,
      overcommitted,
      ...this.#use.lastMinute(nowMs),
      lanes: this.#use.lanes(nowMs, (lane) => ({
        waiting: this.#queue.waitingCount(lane),
        plannedMilli: lane === "watch" || lane === "poll" ? lanes[lane] : 0,
      })),
      entries,
      units: this.#units
        .all()
        .filter(({ unitId }) => namesOneUnit(unitId))
        .map(unitBudget),
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
      this.#turnsOutOfRank = next.outOfRank ? this.#turnsOutOfRank + 1 : 0;
      this.#lastTurns.set(next.turn.lane, ++this.#turns);
      await this.#take(next.turn, nowMs);
    }
  }

  #turnState(): TurnState {
    return {
      queue: this.#queue,
      polls: this.#schedule.all,
      healthOf: (unitId) => this.#units.get(unitId).health,
      liveSinceDoubtful: this.#liveSinceDoubtful,
      turnsOutOfRank: this.#turnsOutOfRank,
      lastTurnOf: (lane) => this.#lastTurns.get(lane) ?? 0,
      planFits: !this.#currentPlanBudget(this.#clock.monotonicMs()).overcommitted,
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
    const before = this.#betweenMs;
    const succeeded = await this.#carryOut(turn, startedMs);
    const { lane, latenessMs } = turn;
    const endMs = this.#clock.monotonicMs();
    // Whoever spoke in between has used that part of the wire.
    const ownStartMs = startedMs + this.#betweenMs - before;
    this.#use.note({ lane, succeeded, startedMs: ownStartMs, endMs, latenessMs });
  }

  /** What waits in the lanes that do not wait for the end of a read of several frames. */
  async #serveBetween(): Promise<ReadonlySet<UnitId>> {
    const served = new Set<UnitId>();
    const begunMs = this.#clock.monotonicMs();
    for (let next = this.#nextBetween(); next && !this.#closed; next = this.#nextBetween()) {
      served.add(next.waiting.unitId);
      await this.#take(next, this.#clock.monotonicMs());
    }
    this.#betweenMs += this.#clock.monotonicMs() - begunMs;
    return served;
  }

  #nextBetween(): RequestTurn | undefined {
    this.#queue.expire(this.#clock.nowMs());
    const nowMs = this.#clock.monotonicMs();
    const canServe = (unitId: UnitId) => this.#units.get(unitId).health.quarantinedUntilMs <= nowMs;
    return requestTurns(this.#queue, canServe, nowMs).find(({ lane }) => GO_BETWEEN_FRAMES.has(lane));
  }

  #carryOut(turn: Turn, startedMs: number): Promise<boolean> {
    if (turn.kind === "poll") {
      this.#liveSinceDoubtful = turn.isDoubtful ? 0 : this.#liveSinceDoubtful + 1;
      return this.#transactions.poll(turn, startedMs);
    }
    const { waiting } = turn;
    return waiting.kind === "read"
      ? this.#transactions.request(waiting, startedMs)
      : this.#transactions.write(waiting, startedMs);
  }

  #currentPlanBudget(nowMs: number): PlanBudget {
    const kept = this.#planBudget;
    if (kept && nowMs - kept.atMs < PLAN_BUDGET_KEPT_MS) return kept.budget;
    const budget = this.#budgetOf(this.#schedule.all.map(({ entry }) => entry));
    this.#planBudget = { budget, atMs: nowMs };
    return budget;
  }

  #budgetOf(plan: readonly PollEntry[]): PlanBudget {
    return budgetOf(plan, this.#wire, {
      turnaroundMs: (unitId) => this.#units.find(unitId)?.roundTrip.smoothedMs ?? null,
      splits: (unitId) => this.#units.find(unitId)?.splits ?? [],
    });
  }

  /** Units that were lost with the line are not dead. */
  #askAllAgain(): void {
    this.#units.updateHealth((health) => probeSoon(health, this.#clock.monotonicMs()));
    this.#wake();
  }

  /** While the bus is down nothing is queued: a caller learns at once, and no old request goes out when it is back. */
  #refuses(reject: (error: GatewayError) => void): boolean {
    if (this.#closed) reject(new GatewayError("bus-closed"));
    else if (this.#condition.state === "down") reject(new GatewayError("bus-down"));
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

  #now(): Moment {
    return { monotonicMs: this.#clock.monotonicMs(), wallMs: this.#clock.nowMs() };
  }
}
