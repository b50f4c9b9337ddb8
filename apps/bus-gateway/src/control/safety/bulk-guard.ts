import type { SafetyPolicy } from "@hallmeter/meter-model";

/** S6: cuts for credit are counted over this. Range 1–60 min. */
export const BULK_WINDOW_MS = 10 * 60_000;

export interface CreditStanding {
  /** Balance at or below the cut value, nothing suspends the cut, and it has not been made. */
  isDue: boolean;
  /** When its credit hold was placed; null without one. */
  cutAtMs: number | null;
}

export interface BulkVerdict {
  isPaused: boolean;
  due: number;
  recent: number;
  limit: number;
}

/**
 * S6: so many cuts at once look like a mistake of tariff, clock or ratio: they wait for a person, who corrects the cause or
 * raises the policy's limit.
 */
export function judgeBulk(
  standings: Iterable<CreditStanding>,
  policy: SafetyPolicy,
  nowMs: number,
): BulkVerdict {
  let circuits = 0;
  let due = 0;
  let recent = 0;
  for (const { isDue, cutAtMs } of standings) {
    circuits += 1;
    if (isDue) due += 1;
    else if (cutAtMs !== null && nowMs - cutAtMs < BULK_WINDOW_MS) recent += 1;
  }
  const share = Math.floor((circuits * policy.bulkCutShareMilli) / 1000);
  // "More than 5 %", and "at least 20".
  const limit = Math.max(policy.bulkCutMinimum - 1, share);
  return { isPaused: due > 0 && due + recent > limit, due, recent, limit };
}
