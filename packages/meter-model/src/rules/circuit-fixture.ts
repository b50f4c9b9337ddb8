import type { Command } from "../contract/command.ts";
import type { CreditPosition } from "../contract/gateway-config.ts";
import type { HoldKind } from "../holds/hold-kinds.ts";
import type { Sample } from "../sample.ts";
import { flatScheme } from "../tariff/scheme.ts";
import { type CircuitState, initialCircuitState } from "./circuit-state.ts";
import { type CircuitInput, type CircuitStep, type CircuitStepConfig, stepCircuit } from "./circuit-step.ts";

/** For tests only: one circuit on a virtual clock, 5 s between samples. 2025-03-03 is a Monday; 02:00 UTC is 10:00. */
export const START_MS = Date.parse("2025-03-03T02:00:00Z");

export const config: CircuitStepConfig = {
  circuitId: "c1",
  keepPower: false,
  rules: {},
  switchRatingCa: 6000,
  pollIntervalMs: 5000,
  energyStepWh: 10,
  timeZone: "Asia/Shanghai",
  calendar: { holidays: ["2025-10-01"], restWeekdays: [6, 7] },
  currency: "CNY",
  currencyDigits: 2,
  automaticOpening: true,
  isProtectedTime: false,
  creditCutsPaused: false,
  meterFaultOpens: false,
  campaigns: [],
};

export function sampleAt(atMs: number, change: Partial<Sample> = {}): Sample {
  const activePowerW = change.activePowerW ?? 0;
  return {
    circuitId: "c1",
    at: new Date(atMs).toISOString(),
    energyWh: 1_000_000,
    activePowerW,
    reactivePowerVar: 0,
    voltageDv: 2300,
    currentCa: Math.round((Math.hypot(activePowerW, change.reactivePowerVar ?? 0) * 100) / 230),
    powerFactorMilli: 1000,
    frequencyCHz: 5000,
    relay: "closed",
    flags: [],
    ...change,
  };
}

export const ADMINISTRATOR = { id: "u1", name: "Chen Jing", role: "administrator" };
export const SECOND_ADMINISTRATOR = { id: "u2", name: "Wang Min", role: "administrator" };
export const MAINTENANCE = { id: "u3", name: "Li Wei", role: "maintenance" };
export const MANAGER = { id: "u4", name: "Zhang Na", role: "property-manager" };
export const RESIDENT = { id: "u5", name: "Zhao Yan", role: "resident" };

export class CircuitRun {
  state: CircuitState;
  nowMs = START_MS;
  config: CircuitStepConfig;
  readonly steps: CircuitStep[] = [];

  constructor(change: Partial<CircuitStepConfig> = {}, holds: CircuitState["holds"] = []) {
    this.config = { ...config, ...change };
    this.state = initialCircuitState(holds, START_MS);
  }

  give(input: CircuitInput): CircuitStep {
    const step = stepCircuit(this.state, input, this.config, this.nowMs);
    // What is stored must come back the same.
    this.state = JSON.parse(JSON.stringify(step.state));
    this.steps.push(step);
    return step;
  }

  sample(change: Partial<Sample> = {}): CircuitStep {
    return this.give({ type: "sample", sample: sampleAt(this.nowMs, change) });
  }

  /** Lets time pass, with a sample every `everyS`. */
  run(seconds: number, change: Partial<Sample> = {}, everyS = 5): this {
    const endMs = this.nowMs + seconds * 1000;
    while (this.nowMs + everyS * 1000 <= endMs) {
      this.nowMs += everyS * 1000;
      this.sample(change);
    }
    this.nowMs = endMs;
    return this;
  }

  /** Lets time pass without a sample. */
  wait(seconds: number): CircuitStep {
    this.nowMs += seconds * 1000;
    return this.give({ type: "tick" });
  }

  balance(minor: number, limits: { cutMinor?: number; releaseMinor?: number } = {}): CircuitStep {
    return this.give({ type: "credit", ...creditOf(minor, limits) });
  }

  command(change: Partial<Command>): CircuitStep {
    return this.give({
      type: "command",
      command: {
        id: "k1",
        circuitId: "c1",
        action: "open",
        reason: "Inspection",
        by: MANAGER,
        issuedAt: new Date(this.nowMs).toISOString(),
        expiresAt: new Date(this.nowMs + 600_000).toISOString(),
        ...change,
      },
    });
  }

  get kinds(): HoldKind[] {
    return this.state.holds.map((hold) => hold.kind).sort();
  }

  hold(kind: HoldKind) {
    return this.state.holds.find((each) => each.kind === kind);
  }

  /** Names of all events so far, alarms as "kind raised" and "kind cleared". */
  get told(): string[] {
    return this.steps.flatMap((step) =>
      step.events.map((event) => (event.type === "alarm" ? `${event.kind} ${event.state}` : event.kind)),
    );
  }
}

export function creditOf(
  minor: number,
  limits: { cutMinor?: number; releaseMinor?: number } = {},
): { position: CreditPosition; creditBalanceMicro: number } {
  return {
    position: {
      householdId: "h1",
      revision: 1,
      at: new Date(START_MS).toISOString(),
      balanceMicro: minor * 10_000,
      registers: [],
      cutMicro: (limits.cutMinor ?? 0) * 10_000,
      releaseMicro: (limits.releaseMinor ?? 0) * 10_000,
      tariff: flatScheme(600_000),
    },
    creditBalanceMicro: minor * 10_000,
  };
}
