import type { Balance } from "../api/rows.ts";

export interface UsableCredit {
  /** Null where only a meter knows, and it has said nothing yet. */
  amountMinor: number | null;
  asOf: string | null;
  isInMeter: boolean;
}

/** What a household can still use, from whoever knows: the books, or the meter that holds its credit. */
export function usableCredit({ liveMinor, asOf, creditPlace, inMeter }: Balance): UsableCredit {
  if (creditPlace === "server") return { amountMinor: liveMinor, asOf, isInMeter: false };
  return { amountMinor: inMeter?.remainingMinor ?? null, asOf: inMeter?.at ?? null, isInMeter: true };
}
