import type { MeterCreditReading, SaleCode, SaleState } from "@hallmeter/meter-model";
import type { SaleIntent } from "../../store/records.ts";

/** The same write goes out again only after the count has proved that nothing was credited. Range 1–5. */
export const MOST_WRITES = 3;

export type SaleVerdict =
  | { type: "settled"; state: SaleState; code?: SaleCode }
  /** The count proves that nothing was credited, and the count in the write keeps it from being credited twice. */
  | { type: "write" }
  /** The last write may still be on its way: look again within this. */
  | { type: "wait"; ms: number };

/**
 * What the meter's own count and credit say of a purchase that may have gone out. Its count moves only when it credits:
 * where it was, nothing was credited; where this purchase puts it, this purchase was.
 * @param settleMs how long a write can be on its way at the longest
 */
export function judgeIntent(
  intent: SaleIntent,
  amountMinor: number,
  reading: MeterCreditReading,
  { nowMs, settleMs }: { nowMs: number; settleMs: number },
): SaleVerdict {
  const { count, countBefore, remainingBeforeMinor, writes, lastWriteAtMs, isRefused } = intent;
  if (reading.purchaseCount === count) {
    // Only one write has gone out, and the meter has said no to it: somebody else has had the count.
    if (isRefused && writes === 1) return { type: "settled", state: "unknown", code: "refused-and-counted" };
    // Use only lowers credit: with more than this purchase makes it, another purchase has had the count.
    return reading.remainingMinor <= remainingBeforeMinor + amountMinor
      ? { type: "settled", state: "written" }
      : { type: "settled", state: "unknown", code: "balance-differs" };
  }
  if (reading.purchaseCount !== countBefore)
    return { type: "settled", state: "unknown", code: "count-moved" };
  const leftMs = lastWriteAtMs + settleMs - nowMs;
  // A clock that was set back must not keep it waiting for ever.
  if (leftMs > 0) return { type: "wait", ms: Math.min(leftMs, settleMs) };
  if (isRefused) return { type: "settled", state: "failed", code: "refused" };
  return writes >= MOST_WRITES
    ? { type: "settled", state: "failed", code: "not-credited" }
    : { type: "write" };
}
