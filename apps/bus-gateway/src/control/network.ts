import type { BusConfig, CircuitConfig, GatewayConfig, Profile } from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Bus, SampleReply } from "../bus/bus.ts";
import type { OpenBusOptions } from "../bus/open-bus.ts";
import type { Clock } from "../clock.ts";
import { BusControl } from "./bus-control.ts";
import { CircuitControl } from "./circuit-control.ts";
import type { CircuitSurroundings } from "./circuit-memory.ts";

export interface NetworkOptions extends CircuitSurroundings {
  clock: Clock;
  log: Logger;
  /** 0 ≤ value < 1. */
  random: () => number;
  openBus: (options: OpenBusOptions) => Bus;
  /** By id; those that come with a configuration go before them. */
  profiles: ReadonlyMap<string, Profile>;
  /** A circuit was polled. */
  onReply: (circuit: CircuitControl, reply: SampleReply) => void;
  /** Starts to close the circuit's relay. */
  close: (circuit: CircuitControl) => void;
  /** A unit that was offline answers again. */
  onReturn: () => void;
}

/** The buses and circuits of the configuration in force. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #buses = new Map<string, BusControl>();
  readonly #circuits = new Map<string, CircuitControl>();
  readonly #byHousehold = new Map<string, readonly CircuitControl[]>();
  #busList: readonly BusControl[] = [];
  #circuitList: readonly CircuitControl[] = [];

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  get buses(): readonly BusControl[] {
    return this.#busList;
  }

  get circuits(): readonly CircuitControl[] {
    return this.#circuitList;
  }

  bus(id: string): BusControl | undefined {
    return this.#buses.get(id);
  }

  circuit(id: string): CircuitControl | undefined {
    return this.#circuits.get(id);
  }

  circuitsOf(householdId: string): readonly CircuitControl[] {
    return this.#byHousehold.get(householdId) ?? [];
  }

  /** Opens, keeps or closes buses, and gives each circuit its settings. What did not change goes on undisturbed. */
  async arrange(config: GatewayConfig): Promise<void> {
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
    for (const busConfig of config.buses) this.#arrangeBus(busConfig);
    this.#arrangeCircuits(config);
    for (const busConfig of config.buses) this.#buses.get(busConfig.id)?.arranged(busConfig);
    this.#busList = [...this.#buses.values()];
    this.#circuitList = [...this.#circuits.values()];
    this.#byHousehold.clear();
    for (const circuit of this.#circuitList) {
      const { householdId } = circuit.config;
      if (householdId === null) continue;
      this.#byHousehold.set(householdId, [...this.circuitsOf(householdId), circuit]);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#busList.map((bus) => bus.close()));
  }

  #arrangeBus(config: BusConfig): void {
    if (this.#buses.has(config.id)) return;
    const { clock, random, log, openBus, onReply, close, onReturn } = this.#options;
    const { id, pipe, line } = config;
    const bus = openBus({ id, pipe, line, clock, random, log: log.child({ busId: id }) });
    bus.on("reply", ({ key, replies, at }) => {
      const circuit = this.#circuits.get(key);
      if (circuit !== undefined) onReply(circuit, { replies, at });
    });
    this.#buses.set(id, new BusControl({ config, bus, clock, random, close, onReturn }));
  }

  #arrangeCircuits(config: GatewayConfig): void {
    const profileOf = (id: string) =>
      config.profiles?.find((profile) => profile.id === id) ?? this.#options.profiles.get(id);
    const usable = config.circuits.filter((circuit) => this.#isUsable(circuit, profileOf(circuit.profile)));
    const wanted = new Set(usable.map(({ id }) => id));
    for (const [id, circuit] of this.#circuits) if (!wanted.has(id)) this.#forget(circuit);
    for (const circuit of usable) {
      const profile = profileOf(circuit.profile);
      if (profile === undefined) continue;
      const known = this.#circuits.get(circuit.id);
      const isSame =
        known?.wire.timeZone === config.timeZone &&
        isSameProfile(known.wire.profile, profile) &&
        isSameWire(known.config, circuit);
      if (isSame) known.setConfig(circuit);
      else this.#addCircuit(circuit, profile, config.timeZone);
    }
  }

  #isUsable({ id: circuitId, busId, variant, profile: id }: CircuitConfig, profile?: Profile): boolean {
    const isKnown = profile?.variants[variant] !== undefined && this.#buses.has(busId);
    if (!isKnown)
      this.#options.log.error({ circuitId, busId, profile: id, variant }, "a circuit that cannot be read");
    return isKnown;
  }

  #forget(circuit: CircuitControl): void {
    this.#circuits.delete(circuit.id);
    this.#buses.get(circuit.config.busId)?.circuits.delete(circuit.id);
  }

  #addCircuit(config: CircuitConfig, profile: Profile, timeZone: string): void {
    const bus = this.#buses.get(config.busId);
    const variant = profile.variants[config.variant];
    if (bus === undefined || variant === undefined) return;
    const before = this.#circuits.get(config.id);
    if (before !== undefined) this.#forget(before);
    const { id: circuitId, unitId, loop, access } = config;
    const wire = { circuitId, bus: bus.bus, unitId, profile, variant, loop, access, timeZone };
    const circuit = new CircuitControl(config, wire, this.#options);
    this.#circuits.set(config.id, circuit);
    bus.circuits.set(config.id, circuit);
  }
}

/** A profile that came with a configuration is a new object each time. */
function isSameProfile(a: Profile, b: Profile): boolean {
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
