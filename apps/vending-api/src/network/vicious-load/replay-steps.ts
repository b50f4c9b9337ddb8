import { replayCase, type ViciousLoadRule, type ViciousOutcome } from "@hallmeter/meter-model";
import type { RecordedStep } from "./recorded-step.model.ts";

/** What follows from a verdict. */
export const VERDICT_ACTIONS = ["none", "alarm", "trip"] as const;
type VerdictAction = (typeof VERDICT_ACTIONS)[number];

export interface Verdict {
  outcome: ViciousOutcome;
  action: VerdictAction;
  deltaPowerW: number;
  deltaReactiveVar: number;
  factorPpm: number;
}

/** One recorded step, as it was judged and as the proposed rule judges it. */
export interface ReplayedStep {
  id: string;
  circuitId: string;
  at: Date;
  kind: "step" | "level";
  happened: Verdict & { ruleVersion: number };
  proposed: Verdict;
}

export interface ReplaySummary {
  steps: number;
  tripped: number;
  wouldTrip: number;
  /** Would trip, and did not. */
  newTrips: number;
  /** Tripped, and would not. */
  sparedTrips: number;
}

/**
 * Judges recorded steps under another rule, each by itself: that a trip would have kept later steps from happening, and how
 * many a day lock the circuit, is left out.
 */
export function replaySteps(rule: ViciousLoadRule, steps: readonly RecordedStep[]): ReplayedStep[] {
  return steps.map(({ _id: id, circuitId, at, judged, samples, isTripped, ...was }) => {
    const { outcome, deltaPowerW, deltaReactiveVar, factorPpm } = replayCase(rule, judged, samples);
    return {
      id,
      circuitId,
      at,
      kind: judged.kind,
      happened: {
        outcome: was.outcome,
        action: isTripped ? "trip" : was.outcome === "vicious" ? "alarm" : "none",
        deltaPowerW: was.deltaPowerW,
        deltaReactiveVar: was.deltaReactiveVar,
        factorPpm: was.factorPpm,
        ruleVersion: was.ruleVersion,
      },
      proposed: { outcome, action: actionOf(rule, outcome), deltaPowerW, deltaReactiveVar, factorPpm },
    };
  });
}

export function summaryOf(replayed: readonly ReplayedStep[]): ReplaySummary {
  const count = (is: (step: ReplayedStep) => boolean) => replayed.filter(is).length;
  const did = ({ happened }: ReplayedStep) => happened.action === "trip";
  const would = ({ proposed }: ReplayedStep) => proposed.action === "trip";
  return {
    steps: replayed.length,
    tripped: count(did),
    wouldTrip: count(would),
    newTrips: count((step) => would(step) && !did(step)),
    sparedTrips: count((step) => did(step) && !would(step)),
  };
}

function actionOf({ mode }: ViciousLoadRule, outcome: ViciousOutcome): VerdictAction {
  if (outcome !== "vicious" || mode === "off") return "none";
  return mode === "trip" ? "trip" : "alarm";
}
