import { createHash } from "node:crypto";
import {
  type CircuitRules,
  creditRuleSchema,
  overloadRuleSchema,
  reminderRuleSchema,
  scheduleRuleSchema,
  viciousLoadRuleSchema,
} from "@hallmeter/meter-model";
import { z } from "zod";
import type { Circuit } from "../circuit.model.ts";

/** What becomes of each rule: this one, none with null, as it is when left out. */
export const ruleChangesSchema = z
  .strictObject({
    credit: creditRuleSchema.nullable(),
    overload: overloadRuleSchema.nullable(),
    viciousLoad: viciousLoadRuleSchema.nullable(),
    schedule: scheduleRuleSchema.nullable(),
    reminder: reminderRuleSchema.nullable(),
  })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, "Names no rule");
export type RuleChanges = z.output<typeof ruleChangesSchema>;

export const RULE_NAMES = ["credit", "overload", "viciousLoad", "schedule", "reminder"] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** What a person should know of a circuit before its rules change; none of it stands in the way. */
export const RULE_NOTES = ["feeds-others", "not-commissioned", "keeps-power", "above-switch-rating"] as const;
export type RuleNote = (typeof RULE_NOTES)[number];

/** One circuit of a change. */
export interface PlannedCircuit {
  circuitId: string;
  name: string;
  before: CircuitRules;
  after: CircuitRules;
  /** Rules that differ; empty where nothing changes. */
  changed: RuleName[];
  notes: RuleNote[];
}

type Subject = Pick<Circuit, "_id" | "name" | "rules" | "keepPower" | "commissionedAt" | "switchRatingCa">;

/** `feederIds`: circuits that stand before others. */
export function planChange(
  changes: RuleChanges,
  circuits: readonly Subject[],
  feederIds: ReadonlySet<string>,
): PlannedCircuit[] {
  return circuits.map((circuit) => {
    const after = changedRules(circuit.rules, changes);
    return {
      circuitId: circuit._id,
      name: circuit.name,
      before: circuit.rules,
      after,
      changed: RULE_NAMES.filter((rule) => !isSame(circuit.rules[rule], after[rule])),
      notes: notesOf(circuit, after, feederIds.has(circuit._id)),
    };
  });
}

export function changedRules(rules: CircuitRules, changes: RuleChanges): CircuitRules {
  const merged = { ...rules, ...changes };
  return Object.fromEntries(
    RULE_NAMES.flatMap((rule) => (merged[rule] == null ? [] : [[rule, merged[rule]]])),
  );
}

function notesOf(
  { keepPower, commissionedAt, switchRatingCa }: Subject,
  { overload }: CircuitRules,
  isFeeder: boolean,
): RuleNote[] {
  const notes: RuleNote[] = isFeeder ? ["feeds-others"] : [];
  if (commissionedAt === null) notes.push("not-commissioned");
  if (keepPower) notes.push("keeps-power");
  if ((overload?.maxCurrentCa ?? 0) > switchRatingCa) notes.push("above-switch-rating");
  return notes;
}

/** The same whatever the order of their fields. */
export const isSame = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

export function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Tells one plan from every other: what was previewed is what is carried out, or nothing. */
export function fingerprintOf(plan: readonly PlannedCircuit[]): string {
  const content = plan.map(({ circuitId, before, after }) => [circuitId, before, after]);
  return createHash("sha256").update(canonical(content)).digest("hex").slice(0, 32);
}

/** Circuits that have the same rules, the most frequent set first. */
export function ruleSetsOf(
  circuits: readonly Pick<Circuit, "_id" | "rules">[],
): { id: string; rules: CircuitRules; circuitIds: string[] }[] {
  const sets = new Map<string, { id: string; rules: CircuitRules; circuitIds: string[] }>();
  for (const { _id, rules } of circuits) {
    const id = createHash("sha256").update(canonical(rules)).digest("hex").slice(0, 16);
    const set = sets.get(id);
    if (set === undefined) sets.set(id, { id, rules, circuitIds: [_id] });
    else set.circuitIds.push(_id);
  }
  return [...sets.values()].sort((a, b) => b.circuitIds.length - a.circuitIds.length);
}
