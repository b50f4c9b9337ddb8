import { holdsSaleableCredit, MeterModelError } from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Clock } from "../../clock.ts";
import { isGatewayError } from "../../errors.ts";
import type { CircuitControl } from "../circuit-control.ts";
import type { MeterSide } from "./meter-side.ts";

/** Somebody may set a meter by its own keys. Range 1 h–7 days. */
const COMPARE_EVERY_MS = 24 * 3_600_000;
/** As old as a balance may be before it counts as estimated. Range 1–60 min. */
const READ_CREDIT_EVERY_MS = 15 * 60_000;
/** A meter that does not answer is asked again after this. Range 1–60 min. */
const ASK_AGAIN_MS = 15 * 60_000;

export interface MeterRoundsSurroundings {
  clock: Clock;
  log: Logger;
  side: MeterSide;
  circuits: () => readonly CircuitControl[];
}

type Task = "compare" | "credit";

/** Looks regularly at what meters keep themselves, one circuit a bus at a time and behind everything else on the wire. */
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
    const nowMs = this.#around.clock.monotonicMs();
    for (const circuit of this.#around.circuits()) {
      if (this.#busyBuses.has(circuit.config.busId) || circuit.presence === "offline") continue;
      const task = tasksOf(circuit).find((each) => nowMs >= (this.#dueMs.get(keyOf(each, circuit)) ?? 0));
      if (task !== undefined) void this.#carryOut(task, circuit);
    }
  }

  async #carryOut(task: Task, circuit: CircuitControl): Promise<void> {
    const { clock, log, side } = this.#around;
    const { busId } = circuit.config;
    this.#busyBuses.add(busId);
    let nextMs = task === "compare" ? COMPARE_EVERY_MS : READ_CREDIT_EVERY_MS;
    try {
      if (task === "compare") await side.compare(circuit, "backfill");
      else await side.readCredit(circuit, "backfill");
    } catch (error) {
      nextMs = Math.min(nextMs, ASK_AGAIN_MS);
      const isExpected = isGatewayError(error) || error instanceof MeterModelError;
      log[isExpected ? "warn" : "error"]({ circuitId: circuit.id, task, err: error }, "a meter was not read");
    } finally {
      this.#dueMs.set(keyOf(task, circuit), clock.monotonicMs() + nextMs);
      this.#busyBuses.delete(busId);
    }
  }
}

function tasksOf({ config, wire }: CircuitControl): Task[] {
  const tasks: Task[] = [];
  if (config.creditPlace === "meter" && holdsSaleableCredit(wire.variant)) tasks.push("credit");
  if (Object.keys(config.parameters ?? {}).length > 0) tasks.push("compare");
  return tasks;
}

const keyOf = (task: Task, { id }: CircuitControl): string => `${task} ${id}`;
