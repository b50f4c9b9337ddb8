import { FREE_ENERGY } from "../ledger/entry-kinds.ts";
import { type Accrual, chargedWh } from "./accrual.ts";
import type { LiveBalance } from "./live-balance.ts";

/** Less says more about the hour than about the household. Range 1–48 h. */
const LEAST_COVERED_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;
/** Beyond this a number of days means nothing to anybody. */
const MOST_DAYS = 999;
const PPM = 1_000_000;

/** What there is to use up. */
export interface Left {
  liveNano: number;
  freeWh: number;
}

export function leftOf({ liveNano, live }: Pick<LiveBalance, "liveNano" | "live">): Left {
  return { liveNano, freeWh: live.balance[FREE_ENERGY] ?? 0 };
}

/**
 * Whole days that free energy and then the balance last at the pace of the last week, today included. Energy at its rates with
 * tax: blocks, demand and standing charges depend on days to come. Null when unknown: too little was metered, or nothing was used.
 */
export function daysLeft({ liveNano, freeWh }: Left, heads: readonly Accrual[]): number | null {
  let dailyNano = 0;
  let dailyWh = 0;
  for (const head of heads) {
    const days = [today(head), ...head.recentDays];
    const coveredMs = days.reduce((sum, day) => sum + day.coveredMs, 0);
    if (coveredMs < LEAST_COVERED_MS) return null;
    const costNano = days.reduce((sum, day) => sum + day.costNano, 0);
    const wh = days.reduce((sum, day) => sum + day.wh, 0);
    dailyNano += (costNano / coveredMs) * DAY_MS * (1 + (head.terms?.taxPpm ?? 0) / PPM);
    dailyWh += (wh / coveredMs) * DAY_MS;
  }
  if (dailyNano <= 0) return null;
  const freeDays = dailyWh > 0 ? freeWh / dailyWh : 0;
  const days = freeDays + liveNano / dailyNano;
  return Math.max(0, Math.min(MOST_DAYS, Math.floor(days)));
}

function today(head: Accrual) {
  return {
    wh: chargedWh(head),
    costNano: head.costNano,
    coveredMs: head.lastAt.getTime() - head.fromAt.getTime(),
  };
}
