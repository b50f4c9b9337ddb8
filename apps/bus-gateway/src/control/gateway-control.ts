import {
  type BulkAnswer,
  type CircuitStep,
  type CircuitStepConfig,
  type Command,
  type CreditPosition,
  circuitStepConfig,
  type GatewayConfig,
  meterClockPolicySchema,
  type Profile,
  type RelayState,
  rateSpans,
  tariffAt,
  tariffCalendarOf,
} from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Bus, SampleReply } from "../bus/bus.ts";
import type { OpenBusOptions } from "../bus/open-bus.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { GatewayStore } from "../store/gateway-store.ts";
import type { KeptConfig } from "../store/records.ts";
import { AlarmBook } from "./alarm-book.ts";
import type { BusControl } from "./bus-control.ts";
import type { CircuitControl } from "./circuit-control.ts";
import { alarmKey } from "./circuit-items.ts";
import { CommandDesk } from "./command-desk.ts";
import { HouseholdCredits } from "./household-credits.ts";
import { MeterCare } from "./meter/meter-care.ts";
import { MeterRounds } from "./meter/meter-rounds.ts";
import { meterTasks } from "./meter/meter-tasks.ts";
import { Network } from "./network.ts";
import { readSample } from "./operate-relay.ts";
import { MeterSide } from "./parameters/meter-side.ts";
import type { BulkVerdict } from "./safety/bulk-guard.ts";
import { SaleDesk } from "./sale/sale-desk.ts";
import { SiteGuard } from "./site-guard.ts";
import { isWatched } from "./watch-reasons.ts";

/** Delays, periods and expiries are looked at this often. Range 250–2000 ms. */
const TICK_MS = 1000;
/** Who is watched changes slowly, and so do learned turnarounds. */
const PLAN_EVERY_TICKS = 5;
const BUDGET_EVERY_TICKS = 60;

export interface GatewayControlOptions {
  store: GatewayStore;
  clock: Clock;
  log: Logger;
  /** 0 ≤ value < 1. */
  random: () => number;
  /** Unique over restarts. */
  newId: () => string;
  openBus: (options: OpenBusOptions) => Bus;
  /** By id; those that come with a configuration go before them. */
  profiles: ReadonlyMap<string, Profile>;
  /** Asks the server for its configuration. */
  refreshConfig: () => void;
}

/** The whole of a gateway's deciding: replies become samples, samples holds, holds relay positions. */
export class GatewayControl {
  readonly alarms: AlarmBook;
  readonly commands: CommandDesk;
  readonly sales: SaleDesk;
  readonly #options: GatewayControlOptions;
  readonly #credits: HouseholdCredits;
  readonly #network: Network;
  readonly #guard: SiteGuard;
  readonly #side: MeterSide;
  readonly #care: MeterCare;
  readonly #rounds: MeterRounds;
  readonly #cancelFull: Cancel;
  #config: GatewayConfig | null = null;
  /** By circuit; what does not change between two configurations is worked out once. */
  readonly #settings = new Map<string, CircuitStepConfig>();
  /** Wall clock: before it no circuit wants a tick. */
  #circuitsDueMs = 0;
  #ticks = 0;
  #cancelTick: Cancel | null = null;
  #isClosed = false;

  constructor(options: GatewayControlOptions) {
    this.#options = options;
    const { store, clock, log, newId } = options;
    this.alarms = new AlarmBook(store);
    this.#credits = new HouseholdCredits(store);
    this.#guard = new SiteGuard({ store, alarms: this.alarms, clock, newId });
    this.#network = new Network({
      ...options,
      alarms: this.alarms,
      onReply: (circuit, reply) => void this.#takeReply(circuit, reply),
      close: (circuit) => this.#operate(circuit),
      onReturn: () => this.#rounds.wake(),
    });
    this.#side = new MeterSide({ store, alarms: this.alarms, clock });
    this.#care = new MeterCare({
      store,
      alarms: this.alarms,
      clock,
      newId,
      clockPolicy: () => this.#config?.safety.meterClock ?? meterClockPolicySchema.parse({}),
      hasRateEdge: (circuit, fromMs, toMs) => this.#hasRateEdge(circuit, fromMs, toMs),
      onMeterChanged: (circuit) => {
        this.#credits.meterChanged(circuit.config);
        this.#reconcile(circuit);
      },
    });
    const tasks = meterTasks(this.#side, this.#care);
    this.#rounds = new MeterRounds({ clock, log, tasks, circuits: () => this.circuits });
    this.commands = new CommandDesk({
      store,
      clock,
      log,
      circuit: (circuitId) => this.#network.circuit(circuitId),
      readNow: (circuit, expiresAtMs) => this.#readNow(circuit, expiresAtMs),
      apply: (circuit, command) => this.#apply(circuit, command),
      decide: (circuit) =>
        this.#config === null ? { type: "nothing" } : circuit.decide(this.#config.safety),
      seeToParameters: (circuit, command) => this.#side.obey(circuit, command),
      refreshConfig: options.refreshConfig,
    });
    this.sales = new SaleDesk({
      store,
      clock,
      log,
      wire: (circuitId) => this.#network.circuit(circuitId)?.wire,
      isConfigured: () => this.#config !== null,
    });
    this.#cancelFull = store.onFull(() => this.#tellFull());
  }

  /** Works with what the last run left, if it left a configuration; the server is not needed. */
  async start(): Promise<void> {
    const kept = this.#options.store.config();
    if (kept !== undefined) await this.#arrange(kept.config);
    this.#tellFull();
    await this.commands.adoptUnfinished();
    this.sales.resume();
    this.#cancelTick = this.#options.clock.setTimer(() => this.#tick(), TICK_MS);
  }

  get config(): GatewayConfig | null {
    return this.#config;
  }

  get buses(): readonly BusControl[] {
    return this.#network.buses;
  }

  get circuits(): readonly CircuitControl[] {
    return this.#network.circuits;
  }

  get bulk(): BulkVerdict {
    return this.#guard.bulk;
  }

  /** S4, S5: nobody is cut for want of credit now. */
  get isProtectedTime(): boolean {
    return this.#guard.isProtectedTime;
  }

  balanceMicro(householdId: string | null): number | null {
    return this.#credits.get(householdId)?.balanceMicro ?? null;
  }

  /** A new configuration from the server: kept first, then in force. */
  async setConfig(kept: KeptConfig): Promise<void> {
    await this.#options.store.saveConfig(kept);
    if (!this.#isClosed) await this.#arrange(kept.config);
  }

  /** A new credit position: kept first, then every circuit of the household is judged again at once. */
  async setCredit(position: CreditPosition): Promise<void> {
    await this.#credits.setPosition(position);
    // S5: a period may have begun, or the clock been set, since anybody looked.
    this.#guard.look();
    this.#creditChanged(position.householdId);
  }

  /** A person's answer to a paused bulk of cuts (S6): kept first, then every circuit is judged again. */
  async answerBulk(answer: BulkAnswer): Promise<void> {
    await this.#guard.answer(answer);
    this.#judgeAll();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.sales.close();
    this.#cancelTick?.();
    this.#cancelFull();
    await this.#network.close();
    this.#options.store.defer(this.circuits.flatMap((circuit) => circuit.saveChanges()));
  }

  async #arrange(config: GatewayConfig): Promise<void> {
    this.#config = config;
    await this.#network.arrange(config);
    this.#circuitsDueMs = 0;
    this.#settings.clear();
    this.#credits.arrange(
      this.circuits.map((circuit) => circuit.config),
      tariffCalendarOf(config),
    );
    for (const { lastSample } of this.circuits)
      if (lastSample !== null) this.#guard.seen(Date.parse(lastSample.at));
    this.#guard.setConfig(config, new Set(this.circuits.map(({ id }) => id)));
    for (const circuit of this.circuits) {
      this.#care.commissioned(circuit);
      this.#side.configured(circuit);
      this.#stepCredit(circuit, true);
    }
    this.#rounds.wake();
    this.#plan();
    this.sales.resume();
    await this.commands.settle();
  }

  #settingsOf(circuit: CircuitControl, config: GatewayConfig): CircuitStepConfig {
    const known = this.#settings.get(circuit.id);
    if (known !== undefined) return known;
    const { fault } = circuit.wire.variant;
    const meterFaultOpens = fault !== undefined && fault.unsure === undefined;
    const settings = circuitStepConfig(config, circuit.config, { meterFaultOpens });
    this.#settings.set(circuit.id, settings);
    return settings;
  }

  #stepConfig(circuit: CircuitControl): CircuitStepConfig {
    if (this.#config === null) throw new RangeError("a circuit without a configuration");
    return {
      ...this.#settingsOf(circuit, this.#config),
      calendar: this.#guard.calendar,
      automaticOpening: circuit.config.commissionedAt !== null && circuit.isSettled,
      isProtectedTime: this.#guard.isProtectedTime,
      creditCutsPaused: this.#guard.isCutPaused(circuit.id),
    };
  }

  #takeReply(circuit: CircuitControl, reply: SampleReply): RelayState {
    this.#guard.look();
    const sample = circuit.takeReply(reply, this.#stepConfig(circuit));
    if (sample !== undefined) {
      this.#guard.seen(reply.at);
      if (sample.flags.includes("first")) this.#rounds.wake();
      this.#credits.addSample(circuit.config, sample, this.#options.clock.monotonicMs());
      this.#creditChanged(circuit.config.householdId);
    }
    this.#reconcile(circuit);
    this.#settleCommands();
    return circuit.relay;
  }

  #creditChanged(householdId: string | null): void {
    if (householdId === null) return;
    for (const circuit of this.#network.circuitsOf(householdId)) this.#stepCredit(circuit);
  }

  /** S6 is judged with the new balance, before the circuit is. */
  #stepCredit(circuit: CircuitControl, isRearranged = false): void {
    const household = this.#credits.get(circuit.config.householdId);
    const position = household?.position ?? null;
    const creditBalanceMicro = household?.balanceMicro ?? 0;
    if (!isRearranged && circuit.knowsCredit(position, creditBalanceMicro)) return;
    this.#guard.note(this.#standing(circuit, position, creditBalanceMicro));
    circuit.step({ type: "credit", position, creditBalanceMicro }, this.#stepConfig(circuit));
    this.#guard.note(this.#standing(circuit, position, creditBalanceMicro));
    this.#reconcile(circuit);
  }

  #standing(circuit: CircuitControl, position: CreditPosition | null, balanceMicro: number) {
    const digits = this.#config?.currencyDigits ?? 0;
    return circuit.creditStanding(
      position === null ? null : { balanceMicro, cutMicro: position.cutMicro },
      digits,
    );
  }

  #reconcile(circuit: CircuitControl): void {
    if (this.#config === null || this.#isClosed) return;
    const { safety } = this.#config;
    const decision = circuit.reconsider(safety);
    this.#circuitsDueMs = Math.min(this.#circuitsDueMs, circuit.dueMs);
    this.#network.bus(circuit.config.busId)?.noteWatched(circuit, this.#isWatched(circuit));
    if (decision.type !== "operate") return;
    if (decision.relay === "open") this.#operate(circuit);
    else this.#network.bus(circuit.config.busId)?.releaseNext(safety);
  }

  #operate(circuit: CircuitControl): void {
    if (this.#config === null || this.#isClosed) return;
    const decision = circuit.decide(this.#config.safety);
    if (decision.type !== "operate") return;
    circuit
      .operate(decision, (reply) => this.#takeReply(circuit, reply))
      .then(() => {
        // What became intended meanwhile, or a further try, is looked at once the relay is free.
        this.#reconcile(circuit);
        return this.commands.settle();
      })
      .catch((error: unknown) =>
        this.#options.log.error({ circuitId: circuit.id, err: error }, "after an operation"),
      );
  }

  #apply(circuit: CircuitControl, command: Command): CircuitStep {
    const isPutRight = circuit.isPutRightBy(command);
    const step = circuit.step({ type: "command", command }, this.#stepConfig(circuit));
    if (step.commandOutcome?.state === "applied" || isPutRight) circuit.askedByPerson(command);
    this.#reconcile(circuit);
    return step;
  }

  async #readNow(circuit: CircuitControl, expiresAtMs: number): Promise<void> {
    this.#takeReply(circuit, await readSample(circuit.wire, "person", expiresAtMs));
  }

  #isWatched(circuit: CircuitControl): boolean {
    const household = this.#credits.get(circuit.config.householdId);
    const balanceMicro = household?.balanceMicro ?? null;
    const position = household?.position ?? null;
    return isWatched({
      relay: circuit.relay,
      rules: circuit.config.rules,
      activePowerW: circuit.lastSample?.activePowerW ?? 0,
      credit: balanceMicro === null || position === null ? null : { balanceMicro, position },
    });
  }

  /** A meter keeps no prices of its own that would be known here: those of its household count. */
  #hasRateEdge(circuit: CircuitControl, fromMs: number, toMs: number): boolean {
    const position = this.#credits.get(circuit.config.householdId)?.position;
    if (!position || this.#config === null) return false;
    const tariff = tariffAt(position, fromMs);
    if (tariff !== tariffAt(position, toMs)) return true;
    return rateSpans(tariff, tariffCalendarOf(this.#config), fromMs, toMs).length > 1;
  }

  #plan(): void {
    for (const circuit of this.circuits)
      this.#network.bus(circuit.config.busId)?.noteWatched(circuit, this.#isWatched(circuit));
    for (const bus of this.buses) bus.plan();
  }

  #tellFull(): void {
    const { store, clock } = this.#options;
    const key = alarmKey("store-full", "gateway");
    const { bytes, count } = store.outbox.size();
    const changes = store.isFull
      ? this.alarms.raise({ key, kind: "store-full", subject: {}, params: { bytes, count } }, clock.nowMs())
      : this.alarms.clear(key, clock.nowMs());
    store.defer(changes);
  }

  #settleCommands(): void {
    if (this.commands.waiting === 0) return;
    this.commands
      .settle()
      .catch((error: unknown) => this.#options.log.error({ err: error }, "commands could not be settled"));
  }

  #judgeAll(): void {
    for (const circuit of this.circuits) this.#tickCircuit(circuit);
  }

  #tickDueCircuits(nowMs: number): void {
    if (nowMs < this.#circuitsDueMs) return;
    // Anew: those that a tick reconciles bring it forward, the others follow in the loop.
    this.#circuitsDueMs = Number.POSITIVE_INFINITY;
    for (const circuit of this.circuits) {
      if (nowMs >= circuit.dueMs) this.#tickCircuit(circuit);
      this.#circuitsDueMs = Math.min(this.#circuitsDueMs, circuit.dueMs);
    }
  }

  #tickCircuit(circuit: CircuitControl): void {
    circuit.step({ type: "tick" }, this.#stepConfig(circuit));
    this.#reconcile(circuit);
  }

  #tick(): void {
    if (this.#isClosed) return;
    const { store, clock } = this.#options;
    this.#cancelTick = clock.setTimer(() => this.#tick(), TICK_MS);
    this.#ticks += 1;
    if (this.#guard.look()) this.#judgeAll();
    this.#tickDueCircuits(clock.nowMs());
    this.#settleCommands();
    this.#rounds.look();
    for (const bus of this.buses) store.defer(bus.alarmChanges(this.alarms));
    if (this.#ticks % PLAN_EVERY_TICKS === 0) for (const bus of this.buses) bus.plan();
    if (this.#ticks % BUDGET_EVERY_TICKS === 0)
      store.defer(store.sending(this.buses.map((bus) => bus.budgetItem())));
  }
}
