const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 4;

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
  const weekday = ((((Date.parse(day) / DAY_MS + EPOCH_WEEKDAY - 1) % 7) + 7) % 7) + 1;
  return calendar.restWeekdays.includes(weekday) ? "rest-day" : "workday";
}
