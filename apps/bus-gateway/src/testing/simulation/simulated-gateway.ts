import { builtInProfiles, type UnitId } from "@hallmeter/meter-model";
import { pino } from "pino";
import { GatewayControl } from "../../control/gateway-control.ts";
import { DEFAULT_OUTBOX_LIMITS } from "../../store/acceptance.ts";
import { GatewayStore } from "../../store/gateway-store.ts";
import { Uplink } from "../../uplink/uplink.ts";
import { MemoryTables } from "../memory-tables.ts";
import type { Judge } from "./judge.ts";
import type { Random } from "./random.ts";
import { SimulatedBus } from "./simulated-bus.ts";
import type { SimulatedCircuit } from "./simulated-circuit.ts";
import type { SimulatedServer } from "./simulated-server.ts";
import { ProcessClock, type SimulationClock } from "./simulation-clock.ts";

export interface GatewaySite {
  clock: SimulationClock;
  server: SimulatedServer;
  judge: Judge;
  random: Random;
  circuits: ReadonlyMap<string, SimulatedCircuit>;
  buses: ReadonlyMap<string, ReadonlyMap<UnitId, SimulatedCircuit>>;
  pollIntervalMs: number;
}

/** One process of the gateway. */
interface Run {
  clock: ProcessClock;
  store: GatewayStore;
  control: GatewayControl;
  uplink: Uplink;
  buses: SimulatedBus[];
}

/** For tests only: the real control stack between a simulated site and its server; it can be killed and started again. */
export class SimulatedGateway {
  readonly #site: GatewaySite;
  readonly #log = pino({ enabled: false });
  #tables = new MemoryTables({ keepsReferences: true });
  #run: Run | null = null;
  #ids = 0;
  #samples = 0;

  constructor(site: GatewaySite) {
    this.#site = site;
  }

  get control(): GatewayControl | null {
    return this.#run?.control ?? null;
  }

  /** Read by all runs that have ended. */
  get samples(): number {
    return this.#samples;
  }

  async start(): Promise<void> {
    const { server, judge } = this.#site;
    const clock = new ProcessClock(this.#site.clock);
    const log = this.#log;
    const random = this.#site.random.next;
    const buses: SimulatedBus[] = [];
    const store = new GatewayStore({
      tables: this.#tables,
      clock,
      log,
      limits: { ...DEFAULT_OUTBOX_LIMITS, reserveBytes: 0 },
    });
    const control = new GatewayControl({
      store,
      clock,
      log,
      random,
      newId: () => `id-${this.#ids++}`,
      openBus: ({ id }) => {
        const bus = this.#openBus(id, clock);
        buses.push(bus);
        return bus;
      },
      profiles: new Map(Object.entries(builtInProfiles)),
      refreshConfig: () => void uplink.fetchConfig().catch(() => undefined),
    });
    const uplink = new Uplink({
      server,
      store,
      clock,
      log,
      random,
      onConfig: (kept) => control.setConfig(kept),
      onCredit: async (position) => {
        const bought = server.boughtMicro(position.householdId, position.revision);
        // What is about to be told may already count, what is not told yet must not be missed.
        judge.told(position.householdId, bought);
        await control.setCredit(position);
      },
      onCommand: (command) => control.commands.take(command),
      onSale: (sale) => control.sales.take(sale),
      onBulkAnswer: (answer) => control.answerBulk(answer),
      onBusRequest: async () => {},
    });
    await control.start();
    uplink.start();
    this.#run = { clock, store, control, uplink, buses };
  }

  #openBus(id: string, clock: ProcessClock): SimulatedBus {
    const { judge } = this.#site;
    const idOf = new Map([...this.#site.circuits].map(([circuitId, circuit]) => [circuit, circuitId]));
    const circuitControl = (circuit: SimulatedCircuit) =>
      this.#run?.control.circuits.find((each) => each.id === idOf.get(circuit));
    return new SimulatedBus({
      id,
      clock,
      circuits: this.#site.buses.get(id) ?? new Map(),
      random: this.#site.random.next,
      lossShare: 0.01,
      plainIntervalMs: this.#site.pollIntervalMs,
      observer: {
        onRequest: (circuit, relay) => {
          const asking = circuitControl(circuit);
          if (asking === undefined) return;
          const heldBy = asking.folded().effective.map(({ kind }) => kind);
          judge.asked(circuit, relay, heldBy, asking.isByPerson());
        },
        onWrite: (circuit, relay) => judge.written(circuit, relay),
      },
    });
  }

  /** As `kill -9`: what was on disk stays there, everything else is gone at once. */
  kill(): void {
    if (this.#run === null) return;
    const { clock, uplink, buses } = this.#run;
    this.#tables = this.#tables.afterKill();
    clock.kill();
    for (const bus of buses) {
      this.#samples += bus.samples;
      bus.kill();
    }
    // Only so that the server's side of its stream ends.
    void uplink.close();
    this.#run = null;
  }

  async stop(): Promise<void> {
    if (this.#run === null) return;
    const { store, control, uplink, buses } = this.#run;
    for (const bus of buses) this.#samples += bus.samples;
    this.#run = null;
    await uplink.close();
    await control.close();
    await store.close();
  }
}
