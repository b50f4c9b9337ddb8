import type { Command, ParameterRow } from "@hallmeter/meter-model";
import type { Lane } from "../../bus/bus.ts";
import type { Clock } from "../../clock.ts";
import { isGatewayError } from "../../errors.ts";
import type { GatewayStore } from "../../store/gateway-store.ts";
import type { Change } from "../../store/tables.ts";
import type { AlarmBook } from "../alarm-book.ts";
import type { CircuitControl } from "../circuit-control.ts";
import { alarmKey, subjectOf } from "../circuit-items.ts";
import { readMeterCredit } from "../sale/read-meter-credit.ts";
import { compareWithMeter, repairParameters } from "./meter-parameters.ts";

/** A reading nobody waits for is given up after this; the next round asks again. Range 1–10 min. */
const READ_VALID_MS = 120_000;

export interface MeterSideSurroundings {
  store: GatewayStore;
  alarms: AlarmBook;
  clock: Clock;
}

/** Names in an alarm; all of them are in the report. */
const MOST_NAMED = 5;

/** What a command came to. */
export interface ParameterOutcome {
  state: "confirmed" | "failed";
  code?: "unit-offline" | "parameters-differ";
  detail: string;
}

/** What a meter itself keeps, parameters and credit: read, put right, and told to the server. */
export class MeterSide {
  readonly #around: MeterSideSurroundings;

  constructor(around: MeterSideSurroundings) {
    this.#around = around;
  }

  /** @throws GatewayError when the unit does not answer */
  async compare(circuit: CircuitControl, lane: Lane): Promise<ParameterRow[]> {
    return this.#told(circuit, await compareWithMeter(circuit.wire, circuit.config.parameters ?? {}, lane));
  }

  /** @throws GatewayError when the unit does not answer before anything was written */
  async repair(circuit: CircuitControl): Promise<ParameterRow[]> {
    return this.#told(circuit, await repairParameters(circuit.wire, circuit.config.parameters ?? {}));
  }

  /** @throws GatewayError when the unit does not answer; MeterModelError "no-credit", "unreadable-value" */
  async readCredit(circuit: CircuitControl, lane: Lane): Promise<void> {
    const { store, clock } = this.#around;
    const credit = await readMeterCredit(circuit.wire, lane, clock.nowMs() + READ_VALID_MS);
    const report = { circuitId: circuit.id, at: new Date(clock.nowMs()).toISOString(), ...credit };
    await store.commit(store.sending([{ type: "meter-credit", report }]));
  }

  async #told(circuit: CircuitControl, rows: ParameterRow[]): Promise<ParameterRow[]> {
    const { store, clock } = this.#around;
    const report = { circuitId: circuit.id, at: new Date(clock.nowMs()).toISOString(), rows };
    await store.commit([
      ...store.sending([{ type: "parameters", report }]),
      ...this.#differenceChanges(circuit, rows),
    ]);
    return rows;
  }

  /** Nothing is desired any more of a circuit that had differences. */
  configured(circuit: CircuitControl): void {
    if (Object.keys(circuit.config.parameters ?? {}).length > 0) return;
    this.#around.store.defer(this.#differenceChanges(circuit, []));
  }

  /** Raised once, cleared when all are equal; what could not be read changes nothing. */
  #differenceChanges(circuit: CircuitControl, rows: readonly ParameterRow[]): Change[] {
    const { alarms, clock } = this.#around;
    const key = alarmKey("parameters-differ", circuit.id);
    const differing = rows.filter(({ state }) => state === "differs");
    if (differing.length > 0) {
      const named = differing
        .slice(0, MOST_NAMED)
        .map(({ name, desired, actual }) => `${name} ${actual} (${desired})`);
      const params = { differing: differing.length, of: rows.length, names: named.join(", ") };
      const condition = {
        key,
        kind: "parameters-differ" as const,
        subject: subjectOf(circuit.config),
        params,
      };
      return alarms.raise(condition, clock.nowMs());
    }
    return rows.every(({ state }) => state === "same") ? alarms.clear(key, clock.nowMs()) : [];
  }

  /** Carries a command for parameters out; each that is not as desired is named. */
  async obey(circuit: CircuitControl, { action }: Command): Promise<ParameterOutcome> {
    let rows: ParameterRow[];
    try {
      rows =
        action === "repair-parameters" ? await this.repair(circuit) : await this.compare(circuit, "person");
    } catch (error) {
      if (!isGatewayError(error)) throw error;
      return { state: "failed", code: "unit-offline", detail: error.message };
    }
    const differing = rows.filter(({ state }) => state !== "same");
    if (differing.length === 0)
      return { state: "confirmed", detail: `${rows.length} parameters are as they shall be` };
    const detail = `${differing.length} of ${rows.length} differ: ${differing.map(differenceText).join("; ")}`;
    return action === "repair-parameters"
      ? { state: "failed", code: "parameters-differ", detail }
      : { state: "confirmed", detail };
  }
}

function differenceText({ name, desired, actual, outcome, code }: ParameterRow): string {
  const why = [outcome, code].filter((part) => part !== undefined).join(", ");
  return `${name} ${actual ?? "unreadable"}, not ${desired}${why === "" ? "" : ` (${why})`}`;
}
