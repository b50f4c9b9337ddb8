import { DateTime } from "luxon";

export const DAY_TYPES = ["workday", "rest-day", "holiday"] as const;
export type DayType = (typeof DAY_TYPES)[number];

/** The site's calendar: holidays as local dates, rest days as ISO weekdays (1 Monday … 7 Sunday). */
export interface Calendar {
  holidays: readonly string[];
  restWeekdays: readonly number[];
}

/** A holiday is one whatever its weekday. */
export function dayTypeOf(day: string, calendar: Calendar): DayType {
  if (calendar.holidays.includes(day)) return "holiday";
  const { weekday } = DateTime.fromISO(day, { zone: "utc" });
  return calendar.restWeekdays.includes(weekday) ? "rest-day" : "workday";
}
