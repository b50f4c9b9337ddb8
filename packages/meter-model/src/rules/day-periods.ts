import { type Calendar, dayTypeOf } from "../time/day-type.ts";
import { localDay, minuteOfDay, wallClockMinuteOfDay, wallClockSpanEndMs } from "../time/wall-clock.ts";
import type { WeekPeriods } from "./rule-config.ts";

const LAST_MINUTE = 24 * 60;

/** When the period that holds at `atMs` ends, on that day; undefined outside every period. */
export function periodEndMs(
  periods: WeekPeriods,
  atMs: number,
  timeZone: string,
  calendar: Calendar,
): number | undefined {
  const minute = wallClockMinuteOfDay(atMs, timeZone);
  const period = periods[dayTypeOf(localDay(atMs, timeZone), calendar)].find(
    (each) => minuteOfDay(each.from) <= minute && minute < minuteOfDay(each.to),
  );
  return period === undefined ? undefined : wallClockSpanEndMs(atMs, minuteOfDay(period.to), timeZone);
}

/** The next instant at which a period may begin or end: its times on any type of day, midnight, or a change of the clock. */
export function nextPeriodEdgeMs(periods: WeekPeriods, atMs: number, timeZone: string): number {
  const minute = wallClockMinuteOfDay(atMs, timeZone);
  let edge = LAST_MINUTE;
  for (const day of Object.values(periods))
    for (const { from, to } of day)
      for (const at of [minuteOfDay(from), minuteOfDay(to)]) if (at > minute && at < edge) edge = at;
  return wallClockSpanEndMs(atMs, edge, timeZone);
}
