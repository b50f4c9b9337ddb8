import type { Clock } from "../clock/clock.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { type Hub, UART_FIFO_CHARACTERS } from "../line/hub.ts";
import type { Listener } from "../reach/listener.ts";
import { listenOnPty } from "../reach/pty-listener.ts";
import { listenOnTcp } from "../reach/tcp-listener.ts";
import { listenForControl } from "./control-listener.ts";
import type { SimulatedBus } from "./simulated-bus.ts";
import { createSiteCore, type SiteControl } from "./site-core.ts";
import { parseSite, type SiteFileInput } from "./site-file.ts";
import { readStateFile } from "./state-file.ts";
import { keepSaving } from "./state-saver.ts";

export interface SimulatedSiteOptions {
  /** The same seed gives the same bytes. Default 1. */
  seed?: number;
  /** Default: the host's. Sockets and virtual ports only make sense with that one. */
  clock?: Clock;
  /** Registers, relays and prepaid amounts survive a restart in this file. */
  stateFile?: string;
  /** Told of every failed save but the last; that one rejects `close`. */
  onSaveFailed?: (error: unknown) => void;
}

/** Where programs reach a bus. */
export interface BusReach {
  busId: string;
  tcpPort?: number;
  ptyPath?: string;
}

export interface SimulatedSite extends SiteControl {
  readonly reaches: readonly BusReach[];
  readonly controlPort: number | undefined;
  /** The wire of a bus, for masters in this process. Throws "bus-unknown". */
  hub(busId: string): Hub;
  /** Saves and stops; a second call waits for the first. */
  close(): Promise<void>;
}

async function openReach({ plan, hub }: SimulatedBus, listeners: Listener[]): Promise<BusReach> {
  const reach: BusReach = { busId: plan.id };
  if (plan.listen.tcp) {
    const tcp = await listenOnTcp(hub, plan.listen.tcp.port);
    listeners.push(tcp);
    reach.tcpPort = tcp.port;
  }
  if (plan.listen.pty) {
    const pty = await listenOnPty(hub, plan.listen.pty.link);
    listeners.push(pty);
    reach.ptyPath = pty.path;
  }
  return reach;
}

/**
 * Starts the meters of a site file. Throws "site-file-invalid", "state-file-invalid", "port-unavailable", "pty-unavailable",
 * "bus-unknown" or "circuit-unknown" (of a fault); nothing is left open then.
 */
export async function startSimulatedSite(
  input: SiteFileInput,
  options: SimulatedSiteOptions = {},
): Promise<SimulatedSite> {
  const { seed = 1, clock = createRealClock(), stateFile, onSaveFailed = () => {} } = options;
  const site = parseSite(input);
  const state = stateFile === undefined ? undefined : await readStateFile(stateFile);
  const fifoCharacters = options.clock ? 1 : UART_FIFO_CHARACTERS;
  const core = createSiteCore({ site, seed, clock, fifoCharacters, state });
  const listeners: Listener[] = [];
  const closeAll = async () => {
    await Promise.all(listeners.map((listener) => listener.close()));
    core.close();
  };
  try {
    const reaches: BusReach[] = [];
    for (const bus of core.buses) reaches.push(await openReach(bus, listeners));
    const control = site.control && (await listenForControl(core, site.control.port));
    if (control) listeners.push(control);
    const saver =
      stateFile === undefined
        ? undefined
        : keepSaving({ path: stateFile, snapshot: core.state, clock, onFailed: onSaveFailed });
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
    throw error;
  }
}
