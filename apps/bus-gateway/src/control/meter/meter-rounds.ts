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
  /** By task and circuit, monotonic; at once without one, for a restart forgets nothing that matters. */
  readonly #dueMs = new Map<string, number>();
  readonly #busyBuses = new Set<string>();

  constructor(around: MeterRoundsSurroundings) {
    this.#around = around;
  }

  /** To be called about once a second. */
  look(): void {
    const { circuits, tasks } = this.#around;
    for (const task of tasks) for (const circuit of circuits()) this.#lookAt(task, circuit);
  }

  #lookAt(task: MeterTask, circuit: CircuitControl): void {
    const { clock } = this.#around;
    if (this.#busyBuses.has(circuit.config.busId) || circuit.presence === "offline") return;
    const key = this.#keyOf(task, circuit);
    if (clock.monotonicMs() < (this.#dueMs.get(key) ?? 0) || !task.isFor(circuit)) return;
    void this.#carryOut(task, circuit, key);
  }

  /** What is urgent has its turns beside the regular ones: a failure delays just the next of its own. */
  #keyOf({ name, isUrgent }: MeterTask, circuit: CircuitControl): string {
    return `${name} ${circuit.id}${isUrgent?.(circuit) === true ? " urgent" : ""}`;
  }

  async #carryOut(task: MeterTask, circuit: CircuitControl, key: string): Promise<void> {
    const { clock, log } = this.#around;
    const { busId } = circuit.config;
    this.#busyBuses.add(busId);
    try {
      const nextMs = (await task.carryOut(circuit)) ?? task.everyMs;
      this.#dueMs.delete(key);
      this.#dueMs.set(this.#keyOf(task, circuit), clock.monotonicMs() + nextMs);
    } catch (error) {
      // An answer that says nothing will say no more the sooner it is asked for again.
      const isAnswered = error instanceof MeterModelError;
      this.#dueMs.set(key, clock.monotonicMs() + (isAnswered ? task.everyMs : task.againMs));
      const isExpected = isGatewayError(error) || isAnswered;
      log[isExpected ? "warn" : "error"](
        { circuitId: circuit.id, task: task.name, err: error },
        "a meter was not read",
      );
    } finally {
      this.#busyBuses.delete(busId);
    }
    // Others wait to be charged, and to be switched, until it is known which meter hangs there.
    if (task.isUrgent !== undefined) this.look();
  }
}
