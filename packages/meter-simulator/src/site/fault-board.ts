import type { CancelTimer, Clock } from "../clock/clock.ts";
import type { Fault } from "../fault/fault.ts";
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

/** Sets faults, starts and ends them by the clock, and takes them back. */
export class FaultBoard {
  readonly #entries = new Map<string, Kept>();
  readonly #options: {
    clock: Clock;
    elapsedMs: () => number;
    seed: number;
    busOf: (busId: string) => SimulatedBus;
  };
  #nextNumber = 1;

  constructor(options: {
    clock: Clock;
    elapsedMs: () => number;
    seed: number;
    /** Throws "bus-unknown". */
    busOf: (busId: string) => SimulatedBus;
  }) {
    this.#options = options;
  }

  /** `afterS` counts from now. Throws "bus-unknown" or "circuit-unknown". Answers the fault's id. */
  set(fault: Fault): string {
    const bus = this.#options.busOf(fault.busId);
    if ("unitId" in fault && fault.unitId !== undefined) bus.circuit(fault.unitId);
    const id = `fault-${this.#nextNumber++}`;
    const entry: Kept = { id, fault, state: "waiting", end: () => {}, cancelTimers: [] };
    this.#entries.set(id, entry);
    if (fault.afterS === 0) this.#begin(entry, bus);
    else this.#after(entry, fault.afterS, () => this.#begin(entry, bus));
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

  #begin(entry: Kept, bus: SimulatedBus): void {
    const { clock, elapsedMs, seed } = this.#options;
    const random = randomStream(seed, `${bus.plan.id}/${entry.id}`);
    entry.state = "in-force";
    entry.end = beginFault(entry.fault, bus, { clock, elapsedMs, random, seed });
    if (entry.fault.forS !== undefined) this.#after(entry, entry.fault.forS, () => this.#finish(entry));
  }

  #finish(entry: Kept): void {
    for (const cancel of entry.cancelTimers) cancel();
    if (entry.state === "in-force") entry.end();
    entry.state = "ended";
  }

  #after(entry: Kept, delayS: number, run: () => void): void {
    entry.cancelTimers.push(this.#options.clock.setTimer(run, delayS * 1000));
  }
}
