import { FREE_ENERGY } from "../ledger/entry-kinds.ts";
import type { Household } from "../places/household.model.ts";
import { monthAfter, monthStartMs } from "./grant-dates.ts";
import type { Gift, GrantTerms } from "./grant-policy.ts";

/** Why a household of the audience gets nothing. */
export const LEFT_OUT = {
  "household-closed": "it is closed",
  "moved-in-later": "it was opened after the month",
  "no-residents": "the grant is for each resident and it has none",
  "credit-in-meter": "its meter holds its credit, which nothing takes back when it expires",
  "granted-before": "it has had the grant of this month",
  "run-reversed": "the run was reversed",
} as const satisfies Record<string, string>;
export type LeftOutReason = keyof typeof LEFT_OUT;
export const LEFT_OUT_REASONS = Object.keys(LEFT_OUT) as [LeftOutReason, ...LeftOutReason[]];

export type Share = { amount: number; residents: number } | { leftOut: LeftOutReason };

/** What is known of a household when its share is judged. */
export interface Standing {
  household: Pick<Household, "status" | "openedAt">;
  residents: number;
  hasCreditInMeter: boolean;
}

/** In minor units or Wh. */
export function shareOf(
  { terms: { gift }, month }: { terms: Pick<GrantTerms, "gift">; month: string },
  { household, residents, hasCreditInMeter }: Standing,
  timeZone: string,
): Share {
  if (household.status !== "open") return { leftOut: "household-closed" };
  if (household.openedAt.getTime() >= monthStartMs(monthAfter(month, 1), timeZone))
    return { leftOut: "moved-in-later" };
  if (hasCreditInMeter) return { leftOut: "credit-in-meter" };
  if (gift.per === "resident" && residents === 0) return { leftOut: "no-residents" };
  return { amount: giftOf(gift) * (gift.per === "resident" ? residents : 1), residents };
}

export function commodityOf(gift: Gift, currency: string): string {
  return gift.kind === "energy" ? FREE_ENERGY : currency;
}

function giftOf(gift: Gift): number {
  return gift.kind === "energy" ? gift.wh : gift.amountMinor;
}
