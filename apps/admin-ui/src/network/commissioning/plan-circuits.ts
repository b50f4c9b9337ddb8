import type { FoundUnit, UnitId } from "@hallmeter/meter-model";
import type { Circuit } from "../../api/rows.ts";
import type { Profile } from "../rows.ts";

export interface ProfileChoice {
  profile: string;
  variant: string;
}

/** One circuit to be made of what a scan found. */
export interface PlannedCircuit {
  unitId: UnitId;
  /** Which of the circuits behind its unit id, from 1. */
  loop: number;
  name: string;
}

/** Who answered and has no circuit yet, in the scan's order. Two meters on one address are for a person at the meter. */
export function newUnits(
  found: readonly FoundUnit[],
  circuits: readonly Pick<Circuit, "unitAddress">[],
): FoundUnit[] {
  const known = new Set(circuits.map(({ unitAddress }) => unitAddress));
  return found.filter(({ unitId, state }) => state === "answered" && !known.has(unitId));
}

/** The meter type that is most of the units' best guess. */
export function guessProfile(units: readonly Pick<FoundUnit, "fits">[]): ProfileChoice | null {
  const counts = new Map<string, { choice: ProfileChoice; count: number }>();
  for (const {
    fits: [choice],
  } of units) {
    if (choice === undefined) continue;
    const key = `${choice.profile} ${choice.variant}`;
    const known = counts.get(key) ?? { choice, count: 0 };
    known.count += 1;
    counts.set(key, known);
  }
  const [best] = [...counts.values()].sort((a, b) => b.count - a.count);
  return best?.choice ?? null;
}

/** Whether nothing speaks against the choice for this unit: its own best guess, or none at all. */
export function isLikely({ fits }: Pick<FoundUnit, "fits">, choice: ProfileChoice): boolean {
  const [best] = fits;
  return best === undefined || (best.profile === choice.profile && best.variant === choice.variant);
}

/** "A-##" and 7 is "A-07"; a pattern without # counts behind. */
export function nameFrom(pattern: string, number: number): string {
  return /#/.test(pattern)
    ? pattern.replace(/#+/, (places) => String(number).padStart(places.length, "0"))
    : `${pattern}${number}`;
}

/** Circuits of the units in their order, loops side by side. */
export function planCircuits(
  unitIds: readonly UnitId[],
  variant: Pick<Profile["variants"][number], "loops">,
  { pattern, first }: { pattern: string; first: number },
): PlannedCircuit[] {
  return unitIds.flatMap((unitId, unit) =>
    Array.from({ length: variant.loops }, (_, loop) => ({
      unitId,
      loop: loop + 1,
      name: nameFrom(pattern, first + unit * variant.loops + loop),
    })),
  );
}

/** Units that this variant's own span of addresses swallows: they are another part of the one before. */
export function swallowed(unitIds: readonly UnitId[], unitIdStep: number): UnitId[] {
  let lastTaken = 0;
  return unitIds.filter((unitId) => {
    if (typeof unitId === "string") return false;
    if (unitId <= lastTaken) return true;
    lastTaken = unitId + unitIdStep - 1;
    return false;
  });
}
