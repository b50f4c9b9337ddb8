import type { ScheduleRule, WeekPeriods } from "@hallmeter/meter-model";
import {
  clockRangeOf,
  dayOfPeriods,
  type PaintedDay,
  paintRange,
} from "../shared/week-painter/painted-day.ts";
import type { DayStroke } from "../shared/week-painter/week-rows.ts";

/** The one paint of a timetable: off, or protected. */
export const MARKED = "marked";

export type PaintedWeek = Readonly<Record<keyof WeekPeriods, PaintedDay>>;

const DAYS = ["workday", "rest-day", "holiday"] as const satisfies readonly (keyof WeekPeriods)[];

export const BLANK_WEEK: PaintedWeek = { workday: [], "rest-day": [], holiday: [] };

export const isDay = (dayId: string): dayId is keyof WeekPeriods =>
  (DAYS as readonly string[]).includes(dayId);

export function weekOfPeriods(periods: WeekPeriods): PaintedWeek {
  const day = (name: keyof WeekPeriods) => dayOfPeriods(periods[name], () => MARKED);
  return { workday: day("workday"), "rest-day": day("rest-day"), holiday: day("holiday") };
}

export function periodsOfWeek(week: PaintedWeek): WeekPeriods {
  const day = (name: keyof WeekPeriods) => week[name].map(clockRangeOf);
  return { workday: day("workday"), "rest-day": day("rest-day"), holiday: day("holiday") };
}

/** Minutes of an ordinary week that are marked: seven days, as the calendar takes them. */
export function markedMinutes(off: ScheduleRule["off"], restWeekdays: readonly number[]): number {
  const week = weekOfPeriods(off);
  const minutes = (day: PaintedDay) =>
    day.reduce((sum, { fromMinute, toMinute }) => sum + toMinute - fromMinute, 0);
  return restWeekdays.length * minutes(week["rest-day"]) + (7 - restWeekdays.length) * minutes(week.workday);
}

export function paintWeek(
  week: PaintedWeek,
  strokes: readonly DayStroke[],
  mark: string | null,
): PaintedWeek {
  let painted = week;
  for (const { dayId, ...range } of strokes)
    if (isDay(dayId)) painted = { ...painted, [dayId]: paintRange(painted[dayId], range, mark) };
  return painted;
}

export function copyWeekDay(week: PaintedWeek, fromDayId: string, toDayIds: readonly string[]): PaintedWeek {
  if (!isDay(fromDayId)) return week;
  const copied = toDayIds.filter(isDay).map((dayId) => [dayId, week[fromDayId]]);
  return { ...week, ...Object.fromEntries(copied) };
}
