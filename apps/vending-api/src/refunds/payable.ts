import { purchasedCredit, refundableMinor } from "../ledger/entry.ts";
import type { Standing } from "../ledger/settle-use.ts";

/** What is paid out of an account whose use is settled, and what stays in the meter that holds its credit. */
export function payableMinor(
  left: Standing,
  currency: string,
  inMeterMinor: number,
): { refundMinor: number; keptInMeterMinor: number } {
  const keptInMeterMinor = Math.min(purchasedCredit(left, currency), inMeterMinor);
  return { refundMinor: Math.max(0, refundableMinor(left, currency) - keptInMeterMinor), keptInMeterMinor };
}
