import type { TariffVersionRow } from "./rows.ts";

export const VERSION_STATES = ["past", "in-force", "coming"] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** The first version also holds before its own date. */
export function versionStates(
  versions: readonly Pick<TariffVersionRow, "number" | "effectiveFrom">[],
  nowMs: number,
): VersionState[] {
  const begun = versions.filter(({ effectiveFrom }) => Date.parse(effectiveFrom) <= nowMs);
  const at = Math.max(0, begun.length - 1);
  return versions.map((_, index) => (index < at ? "past" : index === at ? "in-force" : "coming"));
}
