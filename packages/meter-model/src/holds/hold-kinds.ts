/**
 * Every reason why a circuit may have to be open: rank (1 first), whether keep-power suspends it, who may release it by hand.
 * `automatic`: released by its own condition without a person.
 */
export const HOLD_KINDS = {
  lockout: {
    rank: 1,
    keepPowerSuspends: false,
    automatic: false,
    releasers: ["tag-holder", "two-administrators"],
  },
  safety: { rank: 2, keepPowerSuspends: false, automatic: false, releasers: ["maintenance"] },
  manual: { rank: 3, keepPowerSuspends: false, automatic: true, releasers: ["staff"] },
  overload: {
    rank: 4,
    keepPowerSuspends: true,
    automatic: true,
    releasers: ["staff", "resident-where-allowed"],
  },
  "vicious-load": { rank: 5, keepPowerSuspends: true, automatic: true, releasers: ["staff"] },
  credit: { rank: 6, keepPowerSuspends: true, automatic: true, releasers: [] },
  reminder: { rank: 7, keepPowerSuspends: true, automatic: true, releasers: ["resident", "staff"] },
  schedule: { rank: 8, keepPowerSuspends: true, automatic: true, releasers: [] },
  campaign: { rank: 9, keepPowerSuspends: true, automatic: true, releasers: [] },
} as const satisfies Record<
  string,
  {
    rank: number;
    keepPowerSuspends: boolean;
    automatic: boolean;
    releasers: readonly (
      | "tag-holder"
      | "two-administrators"
      | "maintenance"
      | "staff"
      | "resident"
      | "resident-where-allowed"
    )[];
  }
>;

export type HoldKind = keyof typeof HOLD_KINDS;
export const HOLD_KIND_NAMES = Object.keys(HOLD_KINDS) as [HoldKind, ...HoldKind[]];
