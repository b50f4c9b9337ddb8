import type { CircuitRules, ViciousOutcome } from "@hallmeter/meter-model";

export const RULE_KINDS = ["overload", "viciousLoad", "schedule", "reminder", "credit"] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

/** A rule to set, null to remove it; what is left out stays. */
export type RuleChanges = { [Kind in RuleKind]?: NonNullable<CircuitRules[Kind]> | null };

export interface RuleSets {
  id: string;
  sets: { id: string; rules: CircuitRules; circuitIds: string[] }[];
}

export interface RuleTemplate {
  id: string;
  siteId: string;
  name: string;
  rules: CircuitRules;
}

export interface RuleChangePreview {
  fingerprint: string;
  circuits: {
    circuitId: string;
    name: string;
    before: CircuitRules;
    after: CircuitRules;
    changed: RuleKind[];
    notes: ("feeds-others" | "not-commissioned" | "keeps-power" | "above-switch-rating")[];
  }[];
}

export interface RuleChangeOutcome {
  id: string;
  done: string[];
  failed: { id: string; code: string }[];
}

export interface RuleChangeRow {
  id: string;
  siteId: string;
  at: string;
  by: { id: string; name: string; role: string };
  reason: string;
  rules: RuleKind[];
  circuits: number;
  undoOf?: string;
  undoneBy?: string;
}

export type VerdictAction = "none" | "alarm" | "trip";
export interface ReplayVerdict {
  outcome: ViciousOutcome;
  action: VerdictAction;
  deltaPowerW: number;
  deltaReactiveVar: number;
  factorPpm: number;
}

export interface ReplayedStep {
  id: string;
  circuitId: string;
  at: string;
  kind: "step" | "level";
  happened: ReplayVerdict & { ruleVersion: number };
  proposed: ReplayVerdict;
}

export interface Replay {
  from: string;
  to: string;
  summary: { steps: number; tripped: number; wouldTrip: number; newTrips: number; sparedTrips: number };
  isCutShort: boolean;
  steps: ReplayedStep[];
}

export interface Campaign {
  id: string;
  siteId: string;
  name: string;
  startsAt: string;
  endsAt: string;
  circuitIds: string[];
  by: { id: string; name: string; role: string };
}
