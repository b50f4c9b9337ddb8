import type { CircuitConfig } from "@hallmeter/meter-model";
import type { Judge } from "./judge.ts";
import type { Occasions } from "./occasions.ts";
import type { Random } from "./random.ts";
import type { SimulatedCircuit } from "./simulated-circuit.ts";
import type { SimulatedGateway } from "./simulated-gateway.ts";
import type { SimulatedServer } from "./simulated-server.ts";
import type { SimulationClock } from "./simulation-clock.ts";
import type { SitePlan } from "./site-plan.ts";

/** Everything there is on a simulated site, for who lives and works there and for what goes wrong. */
export interface SimulatedSite {
  clock: SimulationClock;
  random: Random;
  occasions: Occasions;
  plan: SitePlan;
  pollIntervalMs: number;
  /** How much more often things go wrong, and people buy and use, than on a site of ordinary bad luck. */
  mishaps: number;
  circuits: ReadonlyMap<string, SimulatedCircuit>;
  gateway: SimulatedGateway;
  server: SimulatedServer;
  judge: Judge;
}

export function circuitOf({ circuits }: Pick<SimulatedSite, "circuits">, id: string): SimulatedCircuit {
  const circuit = circuits.get(id);
  if (circuit === undefined) throw new Error(`no circuit ${id}`);
  return circuit;
}

export function anyCircuit({ plan, random }: SimulatedSite): CircuitConfig {
  const { circuits } = plan.config;
  const config = circuits[random.integer(0, circuits.length - 1)];
  if (config === undefined) throw new Error("the site has no circuit");
  return config;
}
