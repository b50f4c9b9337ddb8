import type { BulkAnswer, SafetyPolicy } from "@hallmeter/meter-model";

/** S6: cuts for credit are counted over this. Range 1–60 min. */
export const BULK_WINDOW_MS = 10 * 60_000;

export interface CreditStanding {
  circuitId: string;
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

export const NO_BULK: BulkVerdict = { isPaused: false, due: 0, recent: 0, limit: 0 };

/** A person's answer, and whom it was about. */
export interface AnsweredBulk {
  answer: BulkAnswer;
  circuitIds: string[];
}

/**
 * S6: so many cuts at once look like a mistake of tariff, clock or ratio: they wait for a person, who lets them go on, or calls
 * them off and corrects the cause. What a person has answered for counts neither as due nor as recent.
 */
export function judgeBulk(
  standings: Iterable<CreditStanding>,
  policy: SafetyPolicy,
  nowMs: number,
  isAnswered: (circuitId: string) => boolean = () => false,
): BulkVerdict {
  let circuits = 0;
  let due = 0;
  let recent = 0;
  for (const { circuitId, isDue, cutAtMs } of standings) {
    circuits += 1;
    const isRecent = cutAtMs !== null && Math.abs(nowMs - cutAtMs) < BULK_WINDOW_MS;
    if ((!isDue && !isRecent) || isAnswered(circuitId)) continue;
    if (isDue) due += 1;
    else recent += 1;
  }
  const share = Math.floor((circuits * policy.bulkCutShareMilli) / 1000);
  // "More than 5 %", and "at least 20".
  const limit = Math.max(policy.bulkCutMinimum - 1, share);
  return { isPaused: due > 0 && due + recent > limit, due, recent, limit };
}
