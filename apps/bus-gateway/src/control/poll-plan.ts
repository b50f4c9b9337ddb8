import {
  type BusConfig,
  blocksOf,
  type Profile,
  type ProfileVariant,
  type UnitId,
} from "@hallmeter/meter-model";
import type { PollEntry } from "../bus/bus.ts";
import { budgetOf, type KnownCosts, lineCosts } from "../bus/plan-budget.ts";

export interface PolledCircuit {
  circuitId: string;
  unitId: UnitId;
  profile: Profile;
  variant: ProfileVariant;
  loop?: number | undefined;
  isWatched: boolean;
}

/** Intervals a watched circuit may get, ms: once a second shows an inrush settle, and 5 s is a plain poll. */
const WATCH_INTERVALS_MS = [1000, 1500, 2000, 2500, 3000, 4000, 5000];
/** The plan may take this share of the wire; the rest is for people, switching and repeats. Range 500–900. */
const PLAN_LIMIT_MILLI = 800;

function planWith(circuits: readonly PolledCircuit[], bus: BusConfig, watchIntervalMs: number): PollEntry[] {
  return circuits.map(({ circuitId, unitId, profile, variant, loop, isWatched }) => ({
    key: circuitId,
    unitId,
    blocks: blocksOf(variant, loop),
    holes: variant.holes,
    profile,
    intervalMs: isWatched ? Math.min(watchIntervalMs, bus.pollIntervalMs) : bus.pollIntervalMs,
    lane: isWatched ? "watch" : "poll",
  }));
}

/**
 * Every circuit at the bus' interval, the watched ones as much oftener as the wire allows.
 * @param turnaroundMs learned turnaround of a unit; null while unknown
 */
export function planPolls(
  circuits: readonly PolledCircuit[],
  bus: BusConfig,
  turnaroundMs: (unitId: UnitId) => number | null,
): PollEntry[] {
  const costs = lineCosts(bus.line);
  const known: KnownCosts = new Map();
  for (const watchIntervalMs of WATCH_INTERVALS_MS) {
    const plan = planWith(circuits, bus, watchIntervalMs);
    if (budgetOf(plan, costs, { turnaroundMs }, known).plannedMilli <= PLAN_LIMIT_MILLI) return plan;
  }
  return planWith(circuits, bus, bus.pollIntervalMs);
}
