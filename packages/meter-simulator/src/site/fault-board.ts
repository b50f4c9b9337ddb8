import type { CancelTimer, Clock } from "../clock/clock.ts";
import { type Fault, isMomentary } from "../fault/fault.ts";
import { randomStream } from "../random.ts";
import { beginFault } from "./fault-effects.ts";
import type { SimulatedBus } from "./simulated-bus.ts";

export interface FaultEntry {
  id: string;
  fault: Fault;
  state: "waiting" | "in-force" | "ended";
}

interface Kept extends FaultEntry {
  end: () => void;
  cancelTimers: CancelTimer[];
}

export interface FaultBoardOptions {
  /** Of the wire, and of everything that lives behind it: faults begin and end by the latter. */
  lineClock: Clock;
  worldClock: Clock;
  seed: number;
  /** Throws "bus-unknown". */
  busOf: (busId: string) => SimulatedBus;
}

/** Sets faults, starts and ends them by the clock, and takes them back. */
export class FaultBoard {
  readonly #entries = new Map<string, Kept>();
  readonly #options: FaultBoardOptions;
  #nextNumber = 1;

  constructor(options: FaultBoardOptions) {
    this.#options = options;
  }

  /**
   * `afterS` counts from `sinceMs` ago: a fault of a simulation that goes on where it was may have begun, or be over. Throws
   * "bus-unknown" or "circuit-unknown". Answers the fault's id.
   */
  set(fault: Fault, sinceMs = 0): string {
    const bus = this.#options.busOf(fault.busId);
    if ("unitId" in fault && fault.unitId !== undefined)
      bus.circuit(fault.unitId, "loop" in fault ? fault.loop : 1);
    const id = `fault-${this.#nextNumber++}`;
    const entry: Kept = { id, fault, state: "waiting", end: () => {}, cancelTimers: [] };
    this.#entries.set(id, entry);
    const beginsInMs = fault.afterS * 1000 - sinceMs;
    const endsInMs = fault.forS === undefined ? undefined : beginsInMs + fault.forS * 1000;
    const isOver = endsInMs !== undefined && endsInMs <= 0;
    if (isOver || (beginsInMs < 0 && isMomentary(fault))) entry.state = "ended";
    else if (beginsInMs <= 0) this.#begin(entry, bus, endsInMs);
    else
      this.#after(entry, beginsInMs, () =>
        this.#begin(entry, bus, fault.forS === undefined ? undefined : fault.forS * 1000),
      );
    return id;
  }

  /** Answers false when there is no such fault. */
  take(id: string): boolean {
    const entry = this.#entries.get(id);
    if (!entry) return false;
    this.#finish(entry);
    this.#entries.delete(id);
    return true;
  }

  list(): FaultEntry[] {
    return [...this.#entries.values()].map(({ id, fault, state }) => ({ id, fault, state }));
  }

  close(): void {
    for (const entry of this.#entries.values()) for (const cancel of entry.cancelTimers) cancel();
  }

  #begin(entry: Kept, bus: SimulatedBus, endsInMs: number | undefined): void {
    const { lineClock, seed } = this.#options;
    const random = randomStream(seed, `${bus.plan.id}/${entry.id}`);
    entry.state = "in-force";
    entry.end = beginFault(entry.fault, bus, { lineClock, random });
    if (endsInMs !== undefined) this.#after(entry, endsInMs, () => this.#finish(entry));
  }

  #finish(entry: Kept): void {
    for (const cancel of entry.cancelTimers) cancel();
    if (entry.state === "in-force") entry.end();
    entry.state = "ended";
  }

  #after(entry: Kept, delayMs: number, run: () => void): void {
    entry.cancelTimers.push(this.#options.worldClock.setTimer(run, delayMs));
  }
}
