import type { CircuitConfig, Command, HoldKind } from "@hallmeter/meter-model";
import type { SimulatedCircuit } from "./simulated-circuit.ts";

/** gateway.md, S1. */
export const MOST_TRIES = 3;

/** The truth about one circuit, and what was done to it. */
export interface Watched {
  readonly config: CircuitConfig;
  readonly circuit: SimulatedCircuit;
  openedAtMs: number | null;
  openedForOverload: boolean;
  automaticAtMs: number[];
  /** Since when the true load has been above 3 kW without a break. */
  aboveLimitSinceMs: number | null;
  /** When something resistive was last plugged in or found plugged in when the circuit closed. */
  heaterAtMs: number;
  commands: Command[];
  /** Since when it should have been cut and nothing stood in the way. */
  overdueSinceMs: number | null;
  troubledUntilMs: number;
  /** Asked for without the relay having moved, since a person was last heard; after three the gateway may wait for one (S1). */
  vainTries: number;
  /** How often it may still be asked for without a person, at most (S1). */
  triesLeft: number;
  /** When it was last asked for, by the gateway's clock. */
  askedAtMs: number;
  /** The word of the gateway about what it does, noted when it asked. */
  asked: { relay: "closed" | "open"; heldBy: readonly HoldKind[]; isByPerson: boolean } | null;
}

export function watch(config: CircuitConfig, circuit: SimulatedCircuit): Watched {
  return {
    config,
    circuit,
    openedAtMs: null,
    openedForOverload: false,
    automaticAtMs: [],
    aboveLimitSinceMs: null,
    heaterAtMs: Number.NEGATIVE_INFINITY,
    commands: [],
    overdueSinceMs: null,
    troubledUntilMs: 0,
    vainTries: 0,
    triesLeft: MOST_TRIES,
    askedAtMs: Number.NEGATIVE_INFINITY,
    asked: null,
  };
}
