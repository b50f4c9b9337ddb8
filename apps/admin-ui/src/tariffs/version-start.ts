import { instantOfWallTimeMs, localDayOf, startOfLocalDayMs } from "../format/format.ts";

export const STARTS = ["now", "midnight", "month", "at"] as const;
export type StartKind = (typeof STARTS)[number];

export interface VersionStart {
  kind: StartKind;
  /** Wall time "YYYY-MM-DDTHH:mm" at the site, for "at". */
  wallTime: string;
}

const HALF_DAY_MS = 12 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

/** When a version begins, in ms since the epoch; null where the time cannot be read. */
export function startMs({ kind, wallTime }: VersionStart, nowMs: number, timeZone: string): number | null {
  if (kind === "now") return nowMs;
  // A day and a half past midnight is in the next day, whether this one has 23, 24 or 25 hours.
  const midnightMs = startOfLocalDayMs(startOfLocalDayMs(nowMs, timeZone) + DAY_MS + HALF_DAY_MS, timeZone);
  if (kind === "midnight") return midnightMs;
  if (kind === "month") {
    const [year = 0, month = 1] = localDayOf(nowMs, timeZone).split("-").map(Number);
    const first = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
    return instantOfWallTimeMs(`${first}T00:00`, timeZone);
  }
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wallTime)) return null;
  return instantOfWallTimeMs(wallTime, timeZone);
}
