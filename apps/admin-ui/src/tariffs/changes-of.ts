import { type SchemeDifference, schemeDifferences, type TariffScheme } from "@hallmeter/meter-model";

export const CHANGE_PARTS = [
  "rates",
  "tables",
  "seasons",
  "dayTypes",
  "blocks",
  "demands",
  "others",
] as const;
export type ChangePart = (typeof CHANGE_PARTS)[number];

export interface SchemeChange extends SchemeDifference {
  /** Path below the part: ids and the field. */
  keys: string[];
}

/** What two schemes have differently, part by part in the order in which people ask; parts without a change are left out. */
export function changesOf(
  before: TariffScheme,
  after: TariffScheme,
): { part: ChangePart; changes: SchemeChange[] }[] {
  const differences = schemeDifferences(before, after).map((difference) => {
    const [head = "", ...keys] = difference.path.split(".");
    const part = CHANGE_PARTS.find((each) => each === head) ?? "others";
    return { ...difference, part, keys: part === "others" ? [head] : keys };
  });
  return CHANGE_PARTS.flatMap((part) => {
    const changes = differences
      .filter((difference) => difference.part === part)
      .map(({ part: _, ...change }) => change);
    return changes.length === 0 ? [] : [{ part, changes }];
  });
}

/** By how much a price rises, in tenths of a percent; null where there was none before. */
export function riseMilli(before: number, after: number): number | null {
  return before === 0 ? null : Math.round(((after - before) * 1000) / before);
}
