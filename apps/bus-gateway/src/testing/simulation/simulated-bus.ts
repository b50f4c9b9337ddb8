import {
  acrelAdf400l,
  type Presence,
  profileVariant,
  type RegisterWrite,
  relayWrite,
  type UnitId,
} from "@hallmeter/meter-model";
import type {
  Bus,
  BusBudget,
  BusEvents,
  Lane,
  LaneBudget,
  PollEntry,
  ReadReply,
  ReadRequest,
  WriteRequest,
} from "../../bus/bus.ts";
import { LANES } from "../../bus/bus.ts";
import type { Cancel, Clock } from "../../clock.ts";
import { GatewayError } from "../../errors.ts";
import type { SimulatedCircuit } from "./simulated-circuit.ts";

const READ_MS = 75;
const WRITE_MS = 60;
const TIMEOUT_MS = 400;
/**
 * A watched circuit shows each poll this long after something changed, which is longer than the delay of any rule that counts
 * seconds; after that only what is new.
 */
const LIVELY_MS = 14_000;
/** Shortest pause between two polls that only show the register's next step. */
const QUIET_MS = 60_000;
/** Misses until a unit counts as offline, as on the real bus. */
const MISSES_UNTIL_OFFLINE = 3;

const variant = profileVariant(acrelAdf400l, "single-phase");
const wordsOf = (state: "open" | "closed") =>
  JSON.stringify(relayWrite(variant, state, { expiresAtMs: 0, timeZone: "UTC" }));
const OPEN = wordsOf("open");

export interface BusObserver {
  /** The gateway asks for a switch, before anything is on the wire. */
  onRequest: (circuit: SimulatedCircuit, relay: "closed" | "open") => void;
  /** The command has reached the unit. */
  onWrite: (circuit: SimulatedCircuit, relay: "closed" | "open") => void;
}

interface Poll {
  entry: PollEntry;
  cancel: Cancel;
}

interface UnitState {
  presence: Presence;
  misses: number;
}

/**
 * For tests only: a bus at the level of transactions. It keeps what bus.ts promises and skips the polls of a watched circuit
 * that would show what the last one showed, so that a month takes a minute.
 */
export class SimulatedBus implements Bus {
  readonly id: string;
  readonly #clock: Clock;
  readonly #circuits: ReadonlyMap<UnitId, SimulatedCircuit>;
  readonly #observer: BusObserver;
  /** 0 ≤ value < 1. */
  readonly #random: () => number;
  readonly #listeners = new Map<string, Set<(value: never) => void>>();
  readonly #units = new Map<UnitId, UnitState>();
  readonly #polls = new Map<string, Poll>();
  /** Share of answers lost on the way. */
  readonly #lossShare: number;
  /** Of circuits that nobody watches, ms. */
  readonly #plainIntervalMs: number;
  #isClosed = false;
  samples = 0;

  constructor(options: {
    id: string;
    clock: Clock;
    circuits: ReadonlyMap<UnitId, SimulatedCircuit>;
    observer: BusObserver;
    random: () => number;
    lossShare: number;
    plainIntervalMs: number;
  }) {
    this.id = options.id;
    this.#clock = options.clock;
    this.#circuits = options.circuits;
    this.#observer = options.observer;
    this.#random = options.random;
    this.#lossShare = options.lossShare;
    this.#plainIntervalMs = options.plainIntervalMs;
    this.#clock.setTimer(
      () =>
        this.#tell("bus", {
          kind: "state",
          state: "up",
          at: this.#clock.nowMs(),
          detail: "",
          failures: 0,
          alarm: false,
        }),
      0,
    );
  }

  async read({ unitId, expiresAtMs }: ReadRequest): Promise<ReadReply> {
    this.#begin(expiresAtMs);
    const circuit = this.#circuits.get(unitId);
    if (circuit === undefined || !this.#answers(circuit)) {
      await this.#pass(TIMEOUT_MS);
      this.#missed(unitId);
      throw new GatewayError("reply-timeout");
    }
    await this.#pass(READ_MS);
    this.#answered(unitId);
    return { words: circuit.words(), at: this.#clock.nowMs() };
  }

  async write({ unitId, write, expiresAtMs }: WriteRequest): Promise<void> {
    const circuit = this.#circuits.get(unitId);
    if (circuit === undefined) throw new GatewayError("address-refused");
    const relay = relayAsked(write);
    this.#observer.onRequest(circuit, relay);
    this.#begin(expiresAtMs);
    await this.#pass(WRITE_MS);
    const isHeard = !circuit.faults.isDead && circuit.hasMains;
    if (isHeard) {
      this.#observer.onWrite(circuit, relay);
      circuit.switch(relay);
    }
    if (isHeard && this.#answers(circuit)) return;
    await this.#pass(TIMEOUT_MS);
    throw new GatewayError("write-unconfirmed");
  }

  setPollPlan(plan: readonly PollEntry[]): void {
    const before = new Map(this.#polls);
    this.#polls.clear();
    for (const [index, entry] of plan.entries()) {
      const known = before.get(entry.key);
      before.delete(entry.key);
      const isSame = known?.entry.intervalMs === entry.intervalMs && known.entry.lane === entry.lane;
      if (known !== undefined && isSame) {
        this.#polls.set(entry.key, known);
        continue;
      }
      known?.cancel();
      const poll: Poll = { entry, cancel: () => {} };
      this.#polls.set(entry.key, poll);
      // One after another on the wire; a circuit that is newly watched is read at once.
      this.#schedule(poll, known === undefined ? (index + 1) * READ_MS : READ_MS);
    }
    for (const { cancel } of before.values()) cancel();
    for (const { entry } of this.#polls.values()) this.#follow(entry);
  }

  on<E extends keyof BusEvents>(event: E, listener: (value: BusEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener as (value: never) => void);
    return () => void listeners.delete(listener as (value: never) => void);
  }

  budget(): BusBudget {
    const lane: LaneBudget = { waiting: 0, plannedMilli: 0, done: 0, failed: 0, latenessMs: 0 };
    return {
      busId: this.id,
      state: "up",
      plannedMilli: 0,
      overcommitted: false,
      usedMilli: 0,
      ratePerSecondMilli: 0,
      lanes: Object.fromEntries(LANES.map((name) => [name, lane])) as Record<Lane, LaneBudget>,
      entries: [],
      units: [],
      foreignBytes: 0,
      localEcho: null,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { cancel } of this.#polls.values()) cancel();
    this.#polls.clear();
  }

  /** As `kill -9` of the process: nothing more is heard of what was under way. */
  kill(): void {
    void this.close();
    this.#listeners.clear();
  }

  /** What changes at a watched circuit is seen at its next poll. */
  #follow({ key, unitId, lane, intervalMs }: PollEntry): void {
    const circuit = this.#circuits.get(unitId);
    if (circuit === undefined) return;
    circuit.onChange =
      lane === "watch"
        ? () => {
            const poll = this.#polls.get(key);
            if (poll === undefined || this.#isClosed) return;
            poll.cancel();
            this.#schedule(poll, Math.ceil(this.#random() * intervalMs));
          }
        : () => {};
  }

  #schedule(poll: Poll, delayMs: number): void {
    poll.cancel = this.#clock.setTimer(() => {
      this.#poll(poll);
      if (!this.#isClosed && this.#polls.get(poll.entry.key) === poll)
        this.#schedule(poll, this.#pauseMs(poll));
    }, delayMs);
  }

  #pauseMs({ entry: { lane, unitId, intervalMs } }: Poll): number {
    const circuit = this.#circuits.get(unitId);
    if (lane === "poll" || circuit === undefined) return intervalMs;
    if (this.#clock.monotonicMs() - circuit.changedAtMs < LIVELY_MS) return intervalMs;
    const nextNewMs = Math.min(Math.max(circuit.nextStepMs(), QUIET_MS), this.#plainIntervalMs);
    return Math.ceil(nextNewMs / intervalMs) * intervalMs;
  }

  #poll(poll: Poll): void {
    const { key, unitId } = poll.entry;
    const circuit = this.#circuits.get(unitId);
    if (this.#isClosed || circuit === undefined) return;
    if (!this.#answers(circuit)) {
      this.#missed(unitId);
      return;
    }
    this.#answered(unitId);
    const at = this.#clock.nowMs();
    this.samples += 1;
    this.#tell("reply", { key, unitId, replies: [{ words: circuit.words(), at }], at });
  }

  #answers({ faults, hasMains }: SimulatedCircuit): boolean {
    return hasMains && !faults.isDead && !faults.losesAnswers && this.#random() >= this.#lossShare;
  }

  #unit(unitId: UnitId): UnitState {
    const known = this.#units.get(unitId) ?? { presence: "offline", misses: 0 };
    this.#units.set(unitId, known);
    return known;
  }

  #missed(unitId: UnitId): void {
    const unit = this.#unit(unitId);
    unit.misses += 1;
    if (unit.misses === MISSES_UNTIL_OFFLINE) this.#setPresence(unitId, unit, "offline");
  }

  #answered(unitId: UnitId): void {
    const unit = this.#unit(unitId);
    unit.misses = 0;
    this.#setPresence(unitId, unit, "online");
  }

  #setPresence(unitId: UnitId, unit: UnitState, presence: Presence): void {
    if (unit.presence === presence) return;
    unit.presence = presence;
    this.#tell("unit", { unitId, presence, at: this.#clock.nowMs() });
  }

  #tell<E extends keyof BusEvents>(event: E, value: BusEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? [])
      (listener as (value: BusEvents[E]) => void)(value);
  }

  #begin(expiresAtMs: number | undefined): void {
    if (this.#isClosed) throw new GatewayError("bus-closed");
    if (expiresAtMs !== undefined && this.#clock.nowMs() > expiresAtMs) throw new GatewayError("expired");
  }

  async #pass(durationMs: number): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.setTimer(resolve, durationMs));
    // A process that was killed meanwhile never hears the rest.
    if (this.#isClosed) await new Promise<never>(() => {});
  }
}

function relayAsked(write: RegisterWrite): "open" | "closed" {
  return JSON.stringify(write) === OPEN ? "open" : "closed";
}
