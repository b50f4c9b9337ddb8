import { localDayOf, startOfLocalDayMs } from "../format/format.ts";

export const PROFILE_SPANS = ["day", "week", "year"] as const;
export type ProfileSpan = (typeof PROFILE_SPANS)[number];

const DAY_MS = 86_400_000;
const HALF_DAY_MS = DAY_MS / 2;
const SPAN_DAYS = { day: 1, week: 7, year: 365 } as const satisfies Record<ProfileSpan, number>;

export interface Bounds {
  fromMs: number;
  toMs: number;
  /** Local date of the first day. */
  firstDay: string;
  days: number;
}

/** Moves a local date by whole days. */
export function shiftDay(day: string, by: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY_MS).toISOString().slice(0, 10);
}

/** The days that end with this one, as instants of the site; right on days of 23 and 25 hours. */
export function boundsOf(span: ProfileSpan, lastDay: string, timeZone: string): Bounds {
  const days = SPAN_DAYS[span];
  const firstDay = shiftDay(lastDay, 1 - days);
  const fromMs = startOfNamedDayMs(firstDay, timeZone);
  return { fromMs, toMs: startOfNamedDayMs(shiftDay(lastDay, 1), timeZone), firstDay, days };
}

/** When the site's local date began. */
function startOfNamedDayMs(day: string, timeZone: string): number {
  const midnightUtc = Date.parse(`${day}T00:00:00Z`);
  // Zones lie between 12 hours behind UTC and 14 ahead: one of these is within the day.
  const within = [
    midnightUtc,
    midnightUtc + HALF_DAY_MS,
    midnightUtc + DAY_MS,
    midnightUtc - HALF_DAY_MS / 2,
  ].find((ms) => localDayOf(ms, timeZone) === day);
  return startOfLocalDayMs(within ?? midnightUtc, timeZone);
}

/** The span before or after; never beyond today. */
export function stepped(span: ProfileSpan, lastDay: string, by: -1 | 1, today: string): string {
  const next = shiftDay(lastDay, by * SPAN_DAYS[span]);
  return next > today ? today : next;
}
