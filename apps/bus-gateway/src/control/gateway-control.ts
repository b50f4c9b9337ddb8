import {
  type BusConfig,
  type CircuitConfig,
  type CircuitStep,
  type CircuitStepConfig,
  type Command,
  type CreditPosition,
  circuitStepConfig,
  type GatewayConfig,
  type Profile,
  type RelayState,
} from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Bus, SampleReply } from "../bus/bus.ts";
import type { OpenBusOptions } from "../bus/open-bus.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { GatewayStore } from "../store/gateway-store.ts";
import type { KeptConfig } from "../store/records.ts";
import { AlarmBook } from "./alarm-book.ts";
import { BusControl } from "./bus-control.ts";
import { CircuitControl } from "./circuit-control.ts";
import { alarmKey } from "./circuit-items.ts";
import { CommandDesk } from "./command-desk.ts";
import { HouseholdCredits } from "./household-credits.ts";
import { readSample } from "./operate-relay.ts";
import { type BulkVerdict, judgeBulk } from "./safety/bulk-guard.ts";
import { isClockSure } from "./safety/clock-sure.ts";
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
  readonly #options: GatewayControlOptions;
  readonly #credits: HouseholdCredits;
  readonly #buses = new Map<string, BusControl>();
  readonly #circuits = new Map<string, CircuitControl>();
  readonly #cancelFull: Cancel;
  #config: GatewayConfig | null = null;
  #bulk: BulkVerdict = { isPaused: false, due: 0, recent: 0, limit: 0 };
  #latestKnownMs = 0;
  #ticks = 0;
  #cancelTick: Cancel | null = null;
  #isClosed = false;

  constructor(options: GatewayControlOptions) {
    this.#options = options;
    const { store, clock, log } = options;
    this.alarms = new AlarmBook(store);
    this.#credits = new HouseholdCredits(store);
    this.commands = new CommandDesk({
      store,
      clock,
      log,
      circuit: (circuitId) => this.#circuits.get(circuitId),
      readNow: (circuit, expiresAtMs) => this.#readNow(circuit, expiresAtMs),
      apply: (circuit, command) => this.#apply(circuit, command),
      decide: (circuit) =>
        this.#config === null ? { type: "nothing" } : circuit.decide(this.#config.safety),
      refreshConfig: options.refreshConfig,
    });
    this.#cancelFull = store.onFull(() => this.#tellFull());
  }

  /** Works with what the last run left, if it left a configuration; the server is not needed. */
  async start(): Promise<void> {
    const kept = this.#options.store.config();
    if (kept !== undefined) await this.#arrange(kept.config);
    this.#tellFull();
    await this.commands.adoptUnfinished();
    this.#cancelTick = this.#options.clock.setTimer(() => this.#tick(), TICK_MS);
  }

  get config(): GatewayConfig | null {
    return this.#config;
  }

  get buses(): BusControl[] {
    return [...this.#buses.values()];
  }

  get circuits(): CircuitControl[] {
    return [...this.#circuits.values()];
  }

  get bulk(): BulkVerdict {
    return this.#bulk;
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
    this.#judgeBulk();
    this.#creditChanged(position.householdId);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTick?.();
    this.#cancelFull();
    await Promise.all(this.buses.map((bus) => bus.close()));
    this.#options.store.defer(this.circuits.flatMap((circuit) => circuit.saveChanges()));
  }

  /** Opens, keeps or closes buses, and gives each circuit its settings. What did not change goes on undisturbed. */
  async #arrange(config: GatewayConfig): Promise<void> {
    this.#config = config;
    const wanted = new Map(config.buses.map((bus) => [bus.id, bus]));
    for (const [id, bus] of this.#buses) {
      const { pipe, line } = bus.config;
      const next = wanted.get(id);
      const stays = next && JSON.stringify([next.pipe, next.line]) === JSON.stringify([pipe, line]);
      if (stays) continue;
      for (const circuitId of bus.circuits.keys()) this.#circuits.delete(circuitId);
      this.#buses.delete(id);
      await bus.close();
    }
    for (const busConfig of config.buses) this.#busFor(busConfig);
    const circuits = config.circuits.filter((circuit) => this.#isUsable(circuit));
    this.#arrangeCircuits(circuits, config.timeZone);
    this.#credits.arrange(circuits, config.timeZone);
    for (const circuit of this.#circuits.values()) this.#stepCredit(circuit);
    this.#latestKnownMs = Math.max(
      this.#latestKnownMs,
      ...this.circuits.map(({ lastSample }) => (lastSample === null ? 0 : Date.parse(lastSample.at))),
    );
    this.#plan();
    await this.commands.settle();
  }

  #busFor(config: BusConfig): BusControl {
    const known = this.#buses.get(config.id);
    if (known !== undefined) {
      known.config = config;
      return known;
    }
    const { clock, random, log, openBus } = this.#options;
    const { id, pipe, line } = config;
    const bus = openBus({ id, pipe, line, clock, random, log: log.child({ busId: id }) });
    const control = new BusControl({
      config,
      bus,
      clock,
      random,
      close: (circuit) => this.#operate(circuit),
    });
    bus.on("reply", ({ key, replies, at }) => {
      const circuit = this.#circuits.get(key);
      if (circuit !== undefined) this.#takeReply(circuit, { replies, at });
    });
    this.#buses.set(id, control);
    return control;
  }

  #isUsable({ id: circuitId, busId, profile, variant }: CircuitConfig): boolean {
    const isKnown = this.#profile(profile)?.variants[variant] !== undefined && this.#buses.has(busId);
    if (!isKnown)
      this.#options.log.error({ circuitId, busId, profile, variant }, "a circuit that cannot be read");
    return isKnown;
  }

  #profile(id: string): Profile | undefined {
    return this.#config?.profiles?.find((profile) => profile.id === id) ?? this.#options.profiles.get(id);
  }

  #arrangeCircuits(configs: readonly CircuitConfig[], timeZone: string): void {
    const wanted = new Set(configs.map(({ id }) => id));
    for (const [id, circuit] of this.#circuits)
      if (!wanted.has(id)) {
        this.#circuits.delete(id);
        this.#buses.get(circuit.config.busId)?.circuits.delete(id);
      }
    for (const config of configs) {
      const known = this.#circuits.get(config.id);
      const isSame =
        known?.wire.timeZone === timeZone &&
        isSameProfile(known.wire.profile, this.#profile(config.profile)) &&
        isSameWire(known.config, config);
      if (isSame) known.setConfig(config);
      else this.#addCircuit(config, timeZone);
    }
  }

  #addCircuit(config: CircuitConfig, timeZone: string): void {
    const { store, clock, log, newId } = this.#options;
    const bus = this.#buses.get(config.busId);
    const profile = this.#profile(config.profile);
    const variant = profile?.variants[config.variant];
    if (bus === undefined || profile === undefined || variant === undefined) return;
    const before = this.#circuits.get(config.id);
    if (before !== undefined) this.#buses.get(before.config.busId)?.circuits.delete(config.id);
    const wire = {
      circuitId: config.id,
      bus: bus.bus,
      unitId: config.unitId,
      profile,
      variant,
      loop: config.loop,
      access: config.access,
      timeZone,
    };
    const circuit = new CircuitControl(config, wire, { store, clock, log, newId, alarms: this.alarms });
    this.#circuits.set(config.id, circuit);
    bus.circuits.set(config.id, circuit);
  }

  #stepConfig(circuit: CircuitControl): CircuitStepConfig {
    const config = this.#config;
    if (config === null) throw new RangeError("a circuit without a configuration");
    const { fault } = circuit.wire.variant;
    const isSure = isClockSure(this.#options.clock.nowMs(), this.#latestKnownMs);
    return circuitStepConfig(config, circuit.config, {
      automaticOpening: isSure && circuit.config.commissionedAt !== null && circuit.isSettled,
      creditCutsPaused: this.#bulk.isPaused,
      meterFaultOpens: fault !== undefined && fault.unsure === undefined,
      ...(isSure ? {} : { calendar: null }),
    });
  }

  #takeReply(circuit: CircuitControl, reply: SampleReply): RelayState {
    const sample = circuit.takeReply(reply, this.#stepConfig(circuit));
    if (sample !== undefined) {
      this.#latestKnownMs = Math.max(this.#latestKnownMs, reply.at);
      this.#credits.addSample(circuit.config, sample);
      this.#judgeBulk();
      this.#creditChanged(circuit.config.householdId);
    }
    this.#reconcile(circuit);
    void this.#settleCommands();
    return circuit.relay;
  }

  #creditChanged(householdId: string | null): void {
    if (householdId === null) return;
    for (const circuit of this.#circuits.values())
      if (circuit.config.householdId === householdId) this.#stepCredit(circuit);
  }

  #stepCredit(circuit: CircuitControl): void {
    const household = this.#credits.get(circuit.config.householdId);
    const position = household?.position ?? null;
    const creditBalanceMicro = household?.balanceMicro ?? 0;
    circuit.step({ type: "credit", position, creditBalanceMicro }, this.#stepConfig(circuit));
    this.#reconcile(circuit);
  }

  /** S6, before any circuit is judged. */
  #judgeBulk(): void {
    if (this.#config === null) return;
    const nowMs = this.#options.clock.nowMs();
    const standings = this.circuits.map((circuit) => circuit.creditStanding());
    this.#bulk = judgeBulk(standings, this.#config.safety, nowMs);
    const key = alarmKey("bulk-cut-paused", this.#config.siteId);
    const { due, recent, limit } = this.#bulk;
    const changes = this.#bulk.isPaused
      ? this.alarms.raise(
          { key, kind: "bulk-cut-paused", subject: {}, params: { due, recent, limit } },
          nowMs,
        )
      : this.alarms.clear(key, nowMs);
    this.#options.store.defer(changes);
  }

  #reconcile(circuit: CircuitControl): void {
    if (this.#config === null || this.#isClosed) return;
    const decision = circuit.decide(this.#config.safety);
    circuit.tellTooOften(decision.type === "wait" && decision.why === "too-often");
    if (decision.type !== "operate") return;
    if (decision.relay === "open") this.#operate(circuit);
    else this.#buses.get(circuit.config.busId)?.releaseNext(this.#config.safety);
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
    const step = circuit.step({ type: "command", command }, this.#stepConfig(circuit));
    if (step.commandOutcome?.state === "applied") circuit.askedByPerson(command);
    this.#reconcile(circuit);
    return step;
  }

  async #readNow(circuit: CircuitControl, expiresAtMs: number): Promise<void> {
    this.#takeReply(circuit, await readSample(circuit.wire, "person", expiresAtMs));
  }

  #plan(): void {
    for (const bus of this.#buses.values())
      bus.plan((circuit) => {
        const household = this.#credits.get(circuit.config.householdId);
        const balanceMicro = household?.balanceMicro ?? null;
        const position = household?.position ?? null;
        return isWatched({
          relay: circuit.relay,
          rules: circuit.config.rules,
          activePowerW: circuit.lastSample?.activePowerW ?? 0,
          credit: balanceMicro === null || position === null ? null : { balanceMicro, position },
        });
      });
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

  async #settleCommands(): Promise<void> {
    try {
      await this.commands.settle();
    } catch (error) {
      this.#options.log.error({ err: error }, "commands could not be settled");
    }
  }

  #tick(): void {
    if (this.#isClosed) return;
    this.#cancelTick = this.#options.clock.setTimer(() => this.#tick(), TICK_MS);
    this.#ticks += 1;
    this.#judgeBulk();
    for (const circuit of this.#circuits.values()) {
      circuit.step({ type: "tick" }, this.#stepConfig(circuit));
      this.#reconcile(circuit);
    }
    void this.#settleCommands();
    const { store } = this.#options;
    store.defer(this.buses.flatMap((bus) => bus.alarmChanges(this.alarms)));
    if (this.#ticks % PLAN_EVERY_TICKS === 0) this.#plan();
    if (this.#ticks % BUDGET_EVERY_TICKS === 0)
      store.defer(store.sending(this.buses.map((bus) => bus.budgetItem())));
  }
}

/** A profile that came with a configuration is a new object each time. */
function isSameProfile(a: Profile, b: Profile | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** What a circuit is read and switched through: when it changes, what was measured before says nothing. */
function isSameWire(a: CircuitConfig, b: CircuitConfig): boolean {
  const wire = (circuit: CircuitConfig) => {
    const { busId, unitId, loop = 1, profile, variant, meterId, ctRatio, ptRatio, access } = circuit;
    return JSON.stringify([busId, unitId, loop, profile, variant, meterId, ctRatio, ptRatio, access]);
  };
  return wire(a) === wire(b);
}
