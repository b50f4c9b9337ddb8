import type { IntendedState } from "../sample.ts";
import type { Hold } from "./hold.ts";
import { HOLD_KINDS } from "./hold-kinds.ts";

export interface FoldedHolds {
  intended: IntendedState;
  /** Holds that count now, in rank order. */
  effective: Hold[];
  /** Holds that keep-power suspends: they stand, but open nothing. */
  suspended: Hold[];
}

/** The desired relay state as a pure fold over holds: open if any hold counts, else closed. The order given does not matter. */
export function foldHolds(holds: readonly Hold[], keepPower: boolean): FoldedHolds {
  if (holds.length === 0) return { intended: "closed", effective: [], suspended: [] };
  const ranked = [...holds].sort((a, b) => HOLD_KINDS[a.kind].rank - HOLD_KINDS[b.kind].rank);
  const isSuspended = (hold: Hold) => keepPower && HOLD_KINDS[hold.kind].keepPowerSuspends;
  const effective = ranked.filter((hold) => !isSuspended(hold));
  return {
    intended: effective.length > 0 ? "open" : "closed",
    effective,
    suspended: ranked.filter(isSuspended),
  };
}
