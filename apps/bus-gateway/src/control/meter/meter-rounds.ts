import { MeterModelError } from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Clock } from "../../clock.ts";
import { isGatewayError } from "../../errors.ts";
import type { CircuitControl } from "../circuit-control.ts";

/** Something to be done with a meter regularly. */
export interface MeterTask {
  name: string;
  everyMs: number;
  /** A meter that does not answer is asked again after this. */
  againMs: number;
  isFor: (circuit: CircuitControl) => boolean;
  /** Asked for out of turn: nothing goes on as it should before. */
  isUrgent?: (circuit: CircuitControl) => boolean;
  /** @returns after how long again, where that is another time than usual */
  carryOut: (circuit: CircuitControl) => Promise<number | undefined>;
}

/** Nothing is due for so long that a circuit that is new would have to wait for it longer. Range 10–300 s. */
const LOOK_EVERY_MS = 60_000;

export interface MeterRoundsSurroundings {
  clock: Clock;
  log: Logger;
  /** The first that is due goes first. */
  tasks: readonly MeterTask[];
  circuits: () => readonly CircuitControl[];
}

/** Looks regularly at what meters keep themselves, one circuit a bus at a time. */
export class MeterRounds {
  readonly #around: MeterRoundsSurroundings;
  /** By task and circuit id, monotonic; at once without one, for a restart forgets nothing that matters. */
  readonly #dueMs = new Map<MeterTask, Map<string, number>>();
  /** What is urgent has its turns beside the regular ones: a failure delays just the next of its own. */
  readonly #urgentDueMs = new Map<MeterTask, Map<string, number>>();
  readonly #busyBuses = new Set<string>();
  /** By task: before it nothing falls due by time alone. */
  readonly #quietUntilMs = new Map<MeterTask, number>();

  constructor(around: MeterRoundsSurroundings) {
    this.#around = around;
  }

  /** Something may be urgent, a circuit is new, or a unit is back. */
  wake(): void {
    this.#quietUntilMs.clear();
  }

  /** To be called about once a second. */
  look(): void {
    const { circuits, tasks, clock } = this.#around;
    const nowMs = clock.monotonicMs();
    for (const task of tasks) {
      if (nowMs < (this.#quietUntilMs.get(task) ?? 0)) continue;
      let nextMs = nowMs + LOOK_EVERY_MS;
      for (const circuit of circuits()) nextMs = Math.min(nextMs, this.#lookAt(task, circuit, nowMs));
      this.#quietUntilMs.set(task, nextMs);
    }
  }

  /** Begins the task when it is due. @returns when to look again */
  #lookAt(task: MeterTask, circuit: CircuitControl, nowMs: number): number {
    if (!task.isFor(circuit)) return Number.POSITIVE_INFINITY;
    if (circuit.presence === "offline") return Number.POSITIVE_INFINITY;
    const due = this.#dueOf(task, circuit);
    const dueMs = due.get(circuit.id) ?? 0;
    if (nowMs < dueMs) return dueMs;
    if (!this.#busyBuses.has(circuit.config.busId)) void this.#carryOut(task, circuit, due);
    return nowMs;
  }

  #dueOf(task: MeterTask, circuit: CircuitControl): Map<string, number> {
    const table = task.isUrgent?.(circuit) === true ? this.#urgentDueMs : this.#dueMs;
    const known = table.get(task);
    if (known !== undefined) return known;
    const fresh = new Map<string, number>();
    table.set(task, fresh);
    return fresh;
  }

  async #carryOut(task: MeterTask, circuit: CircuitControl, due: Map<string, number>): Promise<void> {
    const { clock, log } = this.#around;
    const { busId } = circuit.config;
    this.#busyBuses.add(busId);
    try {
      const nextMs = (await task.carryOut(circuit)) ?? task.everyMs;
      due.delete(circuit.id);
      this.#dueOf(task, circuit).set(circuit.id, clock.monotonicMs() + nextMs);
    } catch (error) {
      // An answer that says nothing will say no more the sooner it is asked for again.
      const isAnswered = error instanceof MeterModelError;
      due.set(circuit.id, clock.monotonicMs() + (isAnswered ? task.everyMs : task.againMs));
      const isExpected = isGatewayError(error) || isAnswered;
      log[isExpected ? "warn" : "error"](
        { circuitId: circuit.id, task: task.name, err: error },
        "a meter was not read",
      );
    } finally {
      this.#busyBuses.delete(busId);
    }
    // Others wait to be charged, and to be switched, until it is known which meter hangs there.
    if (task.isUrgent === undefined) return;
    this.wake();
    this.look();
  }
}
