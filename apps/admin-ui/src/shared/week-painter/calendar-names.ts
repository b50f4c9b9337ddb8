import { useMemo } from "react";
import { LANGUAGE_TAGS, type Locale } from "../../i18n/translated.ts";
import { useConsoleLocale } from "../../i18n/use-t.ts";

export interface CalendarNames {
  /** 1 Monday … 7 Sunday. */
  weekday(weekday: number): string;
  /** 1 January … 12 December. */
  month(month: number): string;
  /** "5 Mar" of "03-05". */
  monthDay(monthDay: string): string;
}

export function calendarNames(locale: Locale): CalendarNames {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(LANGUAGE_TAGS[locale] === "en" ? "en-GB" : LANGUAGE_TAGS[locale], {
      timeZone: "UTC",
      ...options,
    });
  const weekday = format({ weekday: "short" });
  const month = format({ month: "short" });
  const day = format({ month: "short", day: "numeric" });
  return {
    // 2024 began on a Monday, and has every day of a year.
    weekday: (number) => weekday.format(Date.UTC(2024, 0, number)),
    month: (number) => month.format(Date.UTC(2024, number - 1, 1)),
    monthDay: (monthDay) => day.format(Date.parse(`2024-${monthDay}T00:00:00Z`)),
  };
}

export function useCalendarNames(): CalendarNames {
  const locale = useConsoleLocale();
  return useMemo(() => calendarNames(locale), [locale]);
}
