import { DEMO_UTC_OFFSET_MINUTES } from "../demo-site.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
const OFFSET_MS = DEMO_UTC_OFFSET_MINUTES * MINUTE_MS;

/** Local days of the demonstration are counted: the one of 1970-01-01 is 0. */
export const localDayOf = (atMs: number): number => Math.floor((atMs + OFFSET_MS) / DAY_MS);

/** The instant of a local time of day. */
export const instantOf = (day: number, hour = 0): number => day * DAY_MS - OFFSET_MS + hour * 60 * MINUTE_MS;

/** YYYY-MM-DD. */
export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** YYYY-MM. */
export const monthOf = (day: number): string => dateOf(day).slice(0, 7);

/** The first day of the month after. */
export function nextMonth(day: number): number {
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / DAY_MS;
}
