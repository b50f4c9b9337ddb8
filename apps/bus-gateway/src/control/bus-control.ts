import type { BusConfig, Presence, SafetyPolicy, UnitId } from "@hallmeter/meter-model";
import type { Bus, BusBudget, BusState } from "../bus/bus.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { Change } from "../store/tables.ts";
import type { AlarmBook } from "./alarm-book.ts";
import { type BusStanding, busConditions, nextConditionMs } from "./bus-alarms.ts";
import { busBudgetItem, type ErrorCounts, errorCounts, NO_ERRORS } from "./bus-budget-item.ts";
import type { CircuitControl } from "./circuit-control.ts";
import { alarmKey } from "./circuit-items.ts";
import { planPolls } from "./poll-plan.ts";
import { CLOSING_GAP_MS, nextClose } from "./safety/release-order.ts";

/** Learned turnarounds change slowly. Range 10–600 s. */
const REPLAN_MS = 60_000;
/** Smaller changes are not worth a new plan. */
const TURNAROUND_STEP_MS = 10;

interface BusControlOptions {
  config: BusConfig;
  bus: Bus;
  clock: Clock;
  /** 0 ≤ value < 1. */
  random: () => number;
  /** Starts to close the circuit's relay. */
  close: (circuit: CircuitControl) => void;
  /** A unit that was offline answers again. */
  onReturn: () => void;
}

interface UnitTrouble {
  offlineSinceMs: number | null;
  duplicateSeenMs: number | null;
}

/** One bus with its circuits: what is read how often, who closes next, what is wrong with it. */
export class BusControl {
  readonly bus: Bus;
  readonly circuits = new Map<string, CircuitControl>();
  #config: BusConfig;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #close: (circuit: CircuitControl) => void;
  readonly #troubles = new Map<UnitId, UnitTrouble>();
  readonly #presences = new Map<UnitId, Presence>();
  #state: { state: BusState; detail: string; isAlarm: boolean; upSinceMs: number | null } = {
    state: "opening",
    detail: "",
    isAlarm: false,
    upSinceMs: null,
  };
  readonly #watched = new Set<string>();
  #isPlanDue = true;
  #plannedAtMs = 0;
  /** The turnarounds of the plan in force. */
  #plannedFor = "";
  #planText = "";
  /** Nothing changes before it unless the bus tells of something. */
  #alarmsDueMs = 0;
  #alarmsJudgedMs = 0;
  #errors: ErrorCounts = NO_ERRORS;
  #lastCloseAtMs: number | null = null;
  #cancelNextClose: Cancel | null = null;

  constructor({ config, bus, clock, random, close, onReturn }: BusControlOptions) {
    this.#config = config;
    this.bus = bus;
    this.#clock = clock;
    this.#random = random;
    this.#close = close;
    bus.on("bus", (event) => {
      this.#alarmsDueMs = 0;
      if (event.kind === "duplicate-address") this.#trouble(event.unitId).duplicateSeenMs = event.at;
      else if (event.kind === "state") this.#enter(event.state, event.detail, event.alarm);
    });
    bus.on("unit", ({ unitId, presence, at }) => {
      this.#alarmsDueMs = 0;
      this.#trouble(unitId).offlineSinceMs = presence === "offline" ? at : null;
      this.#presences.set(unitId, presence);
      for (const circuit of this.circuits.values())
        if (circuit.config.unitId === unitId) circuit.setPresence(presence);
      if (presence !== "offline") onReturn();
    });
  }

  get id(): string {
    return this.config.id;
  }

  get config(): BusConfig {
    return this.#config;
  }

  /** The bus' settings are in force, and its circuits have come or gone. */
  arranged(config: BusConfig): void {
    this.#config = config;
    this.#isPlanDue = true;
    this.#alarmsDueMs = 0;
    for (const id of this.#watched) if (!this.circuits.has(id)) this.#watched.delete(id);
    // A scan has heard units before their circuits were set up: nothing changes any more that would tell of them.
    for (const circuit of this.circuits.values()) {
      const presence = this.#presences.get(circuit.config.unitId);
      if (presence !== undefined) circuit.setPresence(presence);
    }
  }

  get state(): BusState {
    return this.#state.state;
  }

  budget(): BusBudget {
    return this.bus.budget();
  }

  /** A circuit whose steps count by seconds, or which is near its cut value, is read as often as the wire allows. */
  noteWatched(circuit: CircuitControl, isWatched: boolean): void {
    if (this.#watched.has(circuit.id) === isWatched) return;
    if (isWatched) this.#watched.add(circuit.id);
    else this.#watched.delete(circuit.id);
    this.#isPlanDue = true;
  }

  /** Plans anew when circuits, watching or learned turnarounds have changed. */
  plan(): void {
    const nowMs = this.#clock.monotonicMs();
    if (!this.#isPlanDue && nowMs - this.#plannedAtMs < REPLAN_MS) return;
    this.#plannedAtMs = nowMs;
    const turnarounds = new Map(
      this.budget().units.map(({ unitId, turnaroundMs }) => [unitId, turnaroundMs]),
    );
    const learned = [...turnarounds.values()].map((ms) => Math.round((ms ?? 0) / TURNAROUND_STEP_MS)).join();
    if (!this.#isPlanDue && learned === this.#plannedFor) return;
    this.#isPlanDue = false;
    this.#plannedFor = learned;
    const polled = [...this.circuits.values()].map((circuit) => ({
      circuitId: circuit.id,
      unitId: circuit.wire.unitId,
      loop: circuit.config.loop,
      profile: circuit.wire.profile,
      variant: circuit.wire.variant,
      isWatched: this.#watched.has(circuit.id),
    }));
    const plan = planPolls(polled, this.config, (unitId) => turnarounds.get(unitId) ?? null);
    const text = JSON.stringify(
      plan.map(({ key, unitId, intervalMs, lane }) => [key, unitId, intervalMs, lane]),
    );
    if (text === this.#planText) return;
    this.#planText = text;
    this.bus.setPollPlan(plan);
  }

  /** S7: closes the next circuit that wants to close, and comes back while more wait. */
  releaseNext(policy: SafetyPolicy): void {
    const waiting = [...this.circuits.values()]
      .filter((circuit) => {
        const decision = circuit.decide(policy);
        return decision.type === "operate" && decision.relay === "closed";
      })
      .map((circuit) => ({ circuitId: circuit.id, isByPerson: circuit.isByPerson(), circuit }));
    // A clock that is set back must not keep a feeder dark.
    const nowMs = this.#clock.monotonicMs();
    const next = nextClose(waiting, this.#lastCloseAtMs, nowMs, this.#random);
    if (next !== undefined) {
      this.#lastCloseAtMs = nowMs;
      this.#close(next.circuit);
    }
    const areMoreWaiting = waiting.length > (next === undefined ? 0 : 1);
    if (!areMoreWaiting || this.#cancelNextClose !== null) return;
    const pauseMs = Math.max(1, (this.#lastCloseAtMs ?? nowMs) + CLOSING_GAP_MS - nowMs);
    this.#cancelNextClose = this.#clock.setTimer(() => {
      this.#cancelNextClose = null;
      this.releaseNext(policy);
    }, pauseMs);
  }

  /** Raises and clears what is wrong with the bus and its units now. */
  alarmChanges(alarms: AlarmBook): Change[] {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#alarmsDueMs && nowMs >= this.#alarmsJudgedMs) return [];
    const standing = this.#standing();
    this.#alarmsDueMs = nextConditionMs(standing, nowMs);
    this.#alarmsJudgedMs = nowMs;
    const { conditions, judgesUnits } = busConditions(standing, nowMs);
    const ownKeys = new Set([alarmKey("bus-down", this.id), alarmKey("bus-jammed", this.id)]);
    return alarms.reconcile(
      ({ key, kind, subject }) =>
        ownKeys.has(key) ||
        (subject.busId === this.id &&
          (kind === "duplicate-address" || (kind === "unit-offline" && judgesUnits))),
      conditions,
      nowMs,
    );
  }

  /** Figures of the minute since this was last called. */
  budgetItem() {
    const budget = this.budget();
    const item = busBudgetItem(budget, this.#errors, this.#clock.nowMs());
    this.#errors = errorCounts(budget);
    return item;
  }

  async close(): Promise<void> {
    this.#cancelNextClose?.();
    this.#cancelNextClose = null;
    await this.bus.close();
  }

  #enter(state: BusState, detail: string, isAlarm: boolean): void {
    const upSinceMs = state === "up" ? (this.#state.upSinceMs ?? this.#clock.nowMs()) : null;
    this.#state = { state, detail, isAlarm, upSinceMs };
    if (state !== "down" || !isAlarm) return;
    this.#presences.clear();
    for (const circuit of this.circuits.values()) circuit.setPresence("offline");
  }

  #trouble(unitId: UnitId): UnitTrouble {
    const known = this.#troubles.get(unitId) ?? { offlineSinceMs: null, duplicateSeenMs: null };
    this.#troubles.set(unitId, known);
    return known;
  }

  #standing(): BusStanding {
    return {
      busId: this.id,
      ...this.#state,
      units: [...this.circuits.values()].map(({ id, config: { unitId, meterId } }) => ({
        unitId,
        circuitId: id,
        meterId,
        ...this.#trouble(unitId),
      })),
    };
  }
}
