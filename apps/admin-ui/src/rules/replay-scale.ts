import type { ReplayedStep } from "./rows.ts";

/** What a replay's picture shows: watts from 0 to `mostW`, factors from `leastFactor` to 1. */
export interface ReplayScale {
  mostW: number;
  leastFactor: number;
}

const POWER_STEPS_W = [1000, 2000, 3000, 5000, 10_000, 20_000];
/** The kettle and the vacuum cleaner lie within a hundredth: the picture shows as little below as the steps allow. */
const FACTOR_FLOORS = [0.98, 0.95, 0.9, 0.8, 0.5, 0];

export function replayScale(steps: readonly ReplayedStep[], thresholdMilli: number): ReplayScale {
  const powers = steps.map(({ proposed, happened }) => Math.max(proposed.deltaPowerW, happened.deltaPowerW));
  const factors = steps.map((step) => factorOf(step));
  const mostW = POWER_STEPS_W.find((most) => powers.every((power) => power <= most)) ?? Math.max(...powers);
  const least = Math.min(thresholdMilli / 1000, ...factors);
  return { mostW, leastFactor: FACTOR_FLOORS.find((floor) => floor < least) ?? 0 };
}

/** As the proposed rule measures it; as it was measured where that rule leaves it undecided. */
export const measuredOf = ({ proposed, happened }: ReplayedStep) =>
  proposed.outcome === "undecided" ? happened : proposed;

export const factorOf = (step: ReplayedStep): number => measuredOf(step).factorPpm / 1_000_000;

/** Judged differently than they were: newly, or no longer. */
export const judgedDifferently = (steps: readonly ReplayedStep[]): ReplayedStep[] =>
  steps.filter(({ happened, proposed }) => happened.action !== proposed.action);
