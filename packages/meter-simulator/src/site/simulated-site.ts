import type { Clock } from "../clock/clock.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { createScaledClock } from "../clock/scaled-clock.ts";
import { type Hub, UART_FIFO_CHARACTERS } from "../line/hub.ts";
import { dialIn } from "../reach/dial-in-client.ts";
import type { Listener } from "../reach/listener.ts";
import { listenOnModbusTcp } from "../reach/modbus-tcp-listener.ts";
import { listenOnPty } from "../reach/pty-listener.ts";
import { listenOnTcp } from "../reach/tcp-listener.ts";
import { playScenario } from "../scenario/play-scenario.ts";
import { parseScenario, type ScenarioInput } from "../scenario/scenario.ts";
import { listenForControl } from "./control-listener.ts";
import type { SimulatedBus } from "./simulated-bus.ts";
import { createSiteCore, type SiteControl } from "./site-core.ts";
import { parseSite, type SiteFileInput } from "./site-file.ts";
import { readStateFile } from "./state-file.ts";
import { keepSaving, type StateSaver } from "./state-saver.ts";

export interface SimulatedSiteOptions {
  /** The same seed gives the same bytes. Default 1. */
  seed?: number;
  /** Default: the host's. Sockets and virtual ports only make sense with that one. */
  clock?: Clock;
  /**
   * How much faster than the wires the world behind the meters lives: loads, energy, meter clocks, faults, scenario. Range
   * 0.1–100,000, default 1. Wires keep their baud, so that masters notice nothing but quick meters.
   */
  speed?: number;
  /** Characters handed over at once; default one by one on a given clock, and what a UART collects on the host's. */
  fifoCharacters?: number;
  scenario?: ScenarioInput;
  /** Registers, relays and prepaid amounts survive a restart in this file. */
  stateFile?: string;
  /** Told of every failed save but the last; that one rejects `close`. */
  onSaveFailed?: (error: unknown) => void;
}

/** Where programs reach a bus. */
export interface BusReach {
  busId: string;
  tcpPort?: number;
  modbusTcpPort?: number;
  ptyPath?: string;
  /** Whether a bus that dials in is connected now. */
  isDialedIn?: () => boolean;
}

export interface SimulatedSite extends SiteControl {
  readonly reaches: readonly BusReach[];
  readonly controlPort: number | undefined;
  /** The wire of a bus, for masters in this process. Throws "bus-unknown". */
  hub(busId: string): Hub;
  /** Saves and stops; a second call waits for the first. */
  close(): Promise<void>;
}

async function openReach(
  { plan, hub }: SimulatedBus,
  clock: Clock,
  listeners: Listener[],
): Promise<BusReach> {
  const reach: BusReach = { busId: plan.id };
  const { tcp, modbusTcp, pty } = plan.listen;
  if (tcp) {
    const listener = await listenOnTcp(hub, tcp.port);
    listeners.push(listener);
    reach.tcpPort = listener.port;
  }
  if (modbusTcp) {
    const listener = await listenOnModbusTcp(hub, clock, modbusTcp.port);
    listeners.push(listener);
    reach.modbusTcpPort = listener.port;
  }
  if (pty) {
    const listener = await listenOnPty(hub, pty.link);
    listeners.push(listener);
    reach.ptyPath = listener.path;
  }
  if (plan.dialIn) {
    const client = dialIn(hub, clock, plan.dialIn);
    listeners.push(client);
    reach.isDialedIn = client.isConnected;
  }
  return reach;
}

/**
 * Starts the meters of a site file. Throws "site-file-invalid", "scenario-invalid", "state-file-invalid",
 * "port-unavailable", "pty-unavailable", "bus-unknown" or "circuit-unknown" (of a fault); nothing is left open then.
 */
export async function startSimulatedSite(
  input: SiteFileInput,
  options: SimulatedSiteOptions = {},
): Promise<SimulatedSite> {
  const { seed = 1, clock = createRealClock(), speed = 1, stateFile, onSaveFailed = () => {} } = options;
  const site = parseSite(input);
  const scenario = options.scenario === undefined ? undefined : parseScenario(options.scenario, site);
  const state = stateFile === undefined ? undefined : await readStateFile(stateFile);
  const worldClock = speed === 1 ? clock : createScaledClock(clock, speed);
  let saver: StateSaver | undefined;
  const core = createSiteCore({
    site,
    seed,
    clock,
    worldClock,
    fifoCharacters: options.fifoCharacters ?? (options.clock ? 1 : UART_FIFO_CHARACTERS),
    state,
    onDurableChange: stateFile === undefined ? undefined : (change) => saver?.keep(change),
  });
  const listeners: Listener[] = [];
  let stopScenario = () => {};
  const closeAll = async () => {
    stopScenario();
    await Promise.all(listeners.map((listener) => listener.close()));
    core.close();
  };
  try {
    if (stateFile !== undefined)
      saver = keepSaving({ path: stateFile, snapshot: core.state, clock, onFailed: onSaveFailed });
    if (scenario) stopScenario = playScenario(scenario, core, worldClock);
    const reaches: BusReach[] = [];
    for (const bus of core.buses) reaches.push(await openReach(bus, clock, listeners));
    const control = site.control && (await listenForControl(core, site.control.port));
    if (control) listeners.push(control);
    let closing: Promise<void> | undefined;
    return {
      ...core,
      reaches,
      controlPort: control?.port,
      hub: (busId) => core.bus(busId).hub,
      close: () => {
        closing ??= closeAll().then(() => saver?.close());
        return closing;
      },
    };
  } catch (error) {
    await closeAll();
    await saver?.close();
    throw error;
  }
}
