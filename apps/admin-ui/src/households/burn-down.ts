/** An entry of the ledger, as far as the balance goes. */
export interface BalancePoint {
  at: string;
  balanceAfterMinor: number;
}

export interface BurnDown {
  /** The balance after each booking, oldest first; it stays until the next one. */
  booked: { ms: number; minor: number }[];
  /** From now to the day on which nothing is left at the present pace; null where that is not known. */
  forecast: { fromMs: number; fromMinor: number; toMs: number; toMinor: number } | null;
  fromMs: number;
  toMs: number;
  lowestMinor: number;
  highestMinor: number;
}

const DAY_MS = 86_400_000;
/** Further ahead the pace of one week says little. */
const FURTHEST_DAYS = 30;

/** Where the balance came from in the last days, and where it goes at the pace of the last week. */
export function burnDown(
  entries: readonly BalancePoint[],
  live: { liveMinor: number; daysLeft: number | null; cutMinor: number },
  nowMs: number,
  pastDays: number,
): BurnDown {
  const fromMs = nowMs - pastDays * DAY_MS;
  const all = entries
    .map(({ at, balanceAfterMinor }) => ({ ms: Date.parse(at), minor: balanceAfterMinor }))
    .sort((a, b) => a.ms - b.ms);
  const before = all.filter(({ ms }) => ms < fromMs).at(-1);
  const booked = [
    ...(before ? [{ ms: fromMs, minor: before.minor }] : []),
    ...all.filter(({ ms }) => ms >= fromMs && ms <= nowMs),
    { ms: nowMs, minor: live.liveMinor },
  ];
  const { daysLeft, liveMinor, cutMinor } = live;
  const isFalling = daysLeft !== null && daysLeft > 0 && liveMinor > cutMinor;
  const shownDays = isFalling ? Math.min(daysLeft, FURTHEST_DAYS) : 0;
  const forecast = isFalling
    ? {
        fromMs: nowMs,
        fromMinor: liveMinor,
        toMs: nowMs + shownDays * DAY_MS,
        toMinor: Math.round(liveMinor - ((liveMinor - cutMinor) * shownDays) / daysLeft),
      }
    : null;
  const levels = [...booked.map(({ minor }) => minor), cutMinor, ...(forecast ? [forecast.toMinor] : [])];
  return {
    booked,
    forecast,
    fromMs: Math.min(fromMs, booked[0]?.ms ?? fromMs),
    toMs: forecast?.toMs ?? nowMs,
    lowestMinor: Math.min(...levels),
    highestMinor: Math.max(...levels),
  };
}
