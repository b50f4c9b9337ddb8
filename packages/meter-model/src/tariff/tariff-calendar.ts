import { type Calendar, dayTypeOf } from "../time/day-type.ts";
import type { SeasonRange, TariffScheme } from "./scheme.ts";

/** When and on what kind of day a site's households use energy. */
export interface TariffCalendar extends Calendar {
  /** IANA. */
  readonly timeZone: string;
  /** Day type by local date, YYYY-MM-DD. A tariff that does not know the type takes the day as an ordinary one. */
  readonly namedDays: Readonly<Record<string, string>>;
}

/** A named day is that before it is a holiday, and a holiday whatever its weekday. */
export function dayTypeIn(scheme: TariffScheme, calendar: TariffCalendar, day: string): string {
  const named = Object.hasOwn(calendar.namedDays, day) ? calendar.namedDays[day] : undefined;
  if (named !== undefined && scheme.dayTypes.some(({ id }) => id === named)) return named;
  return dayTypeOf(day, calendar);
}

/** Every day has one season: the scheme's schema saw to it. */
export function seasonIdOn(scheme: TariffScheme, day: string): string {
  const monthDay = day.slice(5);
  const season = scheme.seasons.find(({ ranges }) => ranges.some((range) => isWithin(monthDay, range)));
  if (season === undefined) throw new RangeError(`no season has ${monthDay}`);
  return season.id;
}

/** "02-01" is within 11-01 to 03-31. */
export function isWithin(monthDay: string, { from, to }: SeasonRange): boolean {
  return from <= to ? from <= monthDay && monthDay <= to : monthDay >= from || monthDay <= to;
}
