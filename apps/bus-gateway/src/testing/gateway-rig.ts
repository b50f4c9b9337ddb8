import {
  builtInProfiles,
  type CircuitConfig,
  type Command,
  type CreditPosition,
  flatScheme,
  type GatewayConfig,
  type Hold,
  safetyPolicySchema,
  type UnitId,
} from "@hallmeter/meter-model";
import { pino } from "pino";
import type { Bus } from "../bus/bus.ts";
import type { OpenBusOptions } from "../bus/open-bus.ts";
import { VirtualClock } from "../clock.ts";
import { GatewayControl } from "../control/gateway-control.ts";
import { DEFAULT_OUTBOX_LIMITS } from "../store/acceptance.ts";
import { GatewayStore } from "../store/gateway-store.ts";
import { Uplink } from "../uplink/uplink.ts";
import { MemoryTables } from "./memory-tables.ts";
import { ScriptedServer } from "./scripted-server.ts";
import { type RelayWrite, VirtualBus, VirtualUnit } from "./virtual-bus.ts";

/** Friday 10:00 in Shanghai. */
export const RIG_START_MS = Date.UTC(2026, 0, 2, 2, 0, 0);
export const PRICE_MICRO_PER_KWH = 600_000;

/** The rig's circuits are Modbus units. */
export type RigCircuit = CircuitConfig & { unitId: number };

export function circuitConfig(index: number, change: Partial<RigCircuit> = {}): RigCircuit {
  return {
    id: `c${index}`,
    name: `10${index}`,
    meterId: "m1",
    busId: "b1",
    profile: "acrel-adf400l",
    variant: "single-phase",
    unitId: index,
    ctRatio: 1,
    ptRatio: 1,
    householdId: `h${index}`,
    switchRatingCa: 6000,
    keepPower: false,
    hasSecondSource: false,
    commissionedAt: "2025-12-01T00:00:00Z",
    rules: {},
    lastKnownHolds: [],
    ...change,
  };
}

export function siteConfig(circuits: CircuitConfig[], change: Partial<GatewayConfig> = {}): GatewayConfig {
  return {
    revision: 1,
    gatewayId: "g1",
    siteId: "s1",
    timeZone: "Asia/Shanghai",
    currency: "CNY",
    currencyDigits: 2,
    holidays: [],
    restWeekdays: [6, 7],
    safety: POLICY,
    buses: [
      {
        id: "b1",
        name: "bus",
        pipe: { kind: "rtu-tcp", host: "127.0.0.1", port: 5020 },
        line: { baud: 9600, parity: "none", stopBits: 1 },
        pollIntervalMs: 5000,
      },
    ],
    circuits,
    campaigns: [],
    ...change,
  };
}

export function creditPosition(
  index: number,
  balanceMicro: number,
  change: Partial<CreditPosition> = {},
): CreditPosition {
  return {
    householdId: `h${index}`,
    revision: 1,
    at: new Date(RIG_START_MS).toISOString(),
    balanceMicro,
    registers: [{ circuitId: `c${index}`, at: new Date(RIG_START_MS).toISOString(), energyWh: 1_000_000 }],
    cutMicro: 0,
    releaseMicro: 0,
    tariff: flatScheme(PRICE_MICRO_PER_KWH),
    ...change,
  };
}

/** The defaults of the safety rules. */
export const POLICY = safetyPolicySchema.parse({});

export const STAFF = { id: "u1", name: "Li Wei", role: "maintenance" };
export const ADMINISTRATOR = { id: "u2", name: "Chen Jing", role: "administrator" };

/** A whole gateway between a bus and a scripted server, which can be killed and started again. */
export class GatewayRig {
  readonly clock = new VirtualClock(RIG_START_MS);
  readonly server: ScriptedServer;
  readonly units = new Map<UnitId, VirtualUnit>();
  readonly writes: RelayWrite[] = [];
  tables = new MemoryTables();
  bus: VirtualBus | null = null;
  /** Looks at each relay command when the gateway asks for it. */
  onRelayRequest: (unitId: UnitId, relay: "closed" | "open") => void = () => {};
  #run: { store: GatewayStore; control: GatewayControl; uplink: Uplink } | null = null;
  #ids = 0;
  #random: () => number;
  readonly #openBus: (options: OpenBusOptions) => Bus;

  /** @param openBus default: a virtual bus, without a wire */
  constructor(
    config: GatewayConfig,
    random: () => number = () => 0.5,
    openBus?: (options: OpenBusOptions) => Bus,
  ) {
    this.server = new ScriptedServer(config);
    this.#random = random;
    this.#openBus = openBus ?? (({ id }) => this.#openVirtualBus(id));
    for (const { unitId } of config.circuits) this.units.set(unitId, new VirtualUnit(this.clock));
  }

  get control(): GatewayControl {
    if (this.#run === null) throw new Error("the gateway is not running");
    return this.#run.control;
  }

  get store(): GatewayStore {
    if (this.#run === null) throw new Error("the gateway is not running");
    return this.#run.store;
  }

  get uplink(): Uplink {
    if (this.#run === null) throw new Error("the gateway is not running");
    return this.#run.uplink;
  }

  unit(unitId: number): VirtualUnit {
    const unit = this.units.get(unitId);
    if (!unit) throw new Error(`no unit ${unitId}`);
    return unit;
  }

  circuit(circuitId: string) {
    const circuit = this.control.circuits.find(({ id }) => id === circuitId);
    if (!circuit) throw new Error(`no circuit ${circuitId}`);
    return circuit;
  }

  holds(circuitId: string): Hold["kind"][] {
    return this.circuit(circuitId)
      .folded()
      .effective.map(({ kind }) => kind);
  }

  async start(limitBytes = DEFAULT_OUTBOX_LIMITS.limitBytes): Promise<void> {
    const { clock, server, tables } = this;
    const log = pino({ enabled: false });
    const random = this.#random;
    const store = new GatewayStore({
      tables,
      clock,
      log,
      limits: { ...DEFAULT_OUTBOX_LIMITS, limitBytes, reserveBytes: 0 },
    });
    const control = new GatewayControl({
      profiles: new Map(Object.entries(builtInProfiles)),
      store,
      clock,
      log,
      random,
      newId: () => `id-${this.#ids++}`,
      openBus: (options) => this.#openBus(options),
      refreshConfig: () => void uplink.fetchConfig().catch(() => undefined),
    });
    const uplink = new Uplink({
      server,
      store,
      clock,
      log,
      random,
      onConfig: (kept) => control.setConfig(kept),
      onCredit: (position) => control.setCredit(position),
      onCommand: (command) => control.commands.take(command),
      onSale: (sale) => control.sales.take(sale),
      onBulkAnswer: (answer) => control.answerBulk(answer),
      onBusRequest: async () => {},
    });
    await control.start();
    uplink.start();
    this.#run = { store, control, uplink };
  }

  /** `kill -9`: what was on disk stays there, everything else is gone at once. */
  kill(): void {
    this.tables = this.tables.afterKill();
    this.bus?.kill();
    if (this.#run) {
      void this.#run.uplink.close();
      void this.#run.control.close();
    }
    this.#run = null;
  }

  async restart(): Promise<void> {
    this.kill();
    await this.start();
  }

  async close(): Promise<void> {
    if (this.#run === null) return;
    const { store, control, uplink } = this.#run;
    this.#run = null;
    const closing = (async () => {
      await uplink.close();
      await control.close();
      await store.close();
    })();
    await this.clock.until(closing);
  }

  /** Time passes, with heartbeats from the server as it sends them. */
  async pass(seconds: number): Promise<void> {
    for (let left = seconds; left > 0; left -= 10) {
      if (!this.server.isAway) this.server.heartbeat();
      await this.clock.advance(Math.min(10, left) * 1000);
    }
  }

  #openVirtualBus(id: string): VirtualBus {
    this.bus = new VirtualBus(id, this.clock, this.units, this.writes);
    this.bus.onRequest = (unitId, relay) => this.onRelayRequest(unitId, relay);
    return this.bus;
  }

  command(change: Partial<Command> & Pick<Command, "id" | "action">): Command {
    const nowMs = this.clock.nowMs();
    return {
      circuitId: "c1",
      reason: "test",
      by: STAFF,
      issuedAt: new Date(nowMs).toISOString(),
      expiresAt: new Date(nowMs + 120_000).toISOString(),
      ...change,
    };
  }

  /** Final and interim results of a command that the server has, in order. */
  results(commandId: string): string[] {
    return this.server
      .of("command-result")
      .filter(({ result }) => result.commandId === commandId)
      .map(({ result }) => (result.code === undefined ? result.state : `${result.state} ${result.code}`));
  }
}
