import type { Accrual } from "./accrual.ts";

/** Less says more about the hour than about the household. Range 1–48 h. */
const LEAST_COVERED_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;
/** Beyond this a number of days means nothing to anybody. */
const MOST_DAYS = 999;

/**
 * Whole days that the balance lasts at the pace of the last week, today included. Null when unknown: too little was metered,
 * or nothing was used.
 */
export function daysLeft(liveNano: number, heads: readonly Accrual[]): number | null {
  let dailyNano = 0;
  for (const head of heads) {
    const today = { costNano: head.costNano, coveredMs: head.lastAt.getTime() - head.fromAt.getTime() };
    const days = [today, ...head.recentDays];
    const coveredMs = days.reduce((sum, day) => sum + day.coveredMs, 0);
    if (coveredMs < LEAST_COVERED_MS) return null;
    const costNano = days.reduce((sum, day) => sum + day.costNano, 0);
    dailyNano += (costNano / coveredMs) * DAY_MS;
  }
  if (dailyNano <= 0) return null;
  return Math.max(0, Math.min(MOST_DAYS, Math.floor(liveNano / dailyNano)));
}
