import { PocketMongoError } from "../errors.ts";

/** A moment as a calendar and a clock in some zone show it; `month` from 1. */
export type LocalTime = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
};

/** Minutes east of Greenwich at a moment. */
export type Zone = (at: Date) => number;

const formats = new Map<string, Intl.DateTimeFormat>();

/** An Olson name, or an offset as "+02", "+0200" or "+02:00". */
export function zoneNamed(name: string): Zone {
  if (["UTC", "GMT", "Z", "Etc/UTC"].includes(name)) return () => 0;
  const fixed = /^([+-])(\d{2}):?(\d{2})?$/.exec(name);
  if (fixed) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3] ?? 0);
    return () => (fixed[1] === "-" ? -minutes : minutes);
  }
  const format = formatFor(name);
  return (at) => {
    const shown = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, Number(part.value)]));
    const local = utcMs({
      year: shown.year as number,
      month: shown.month as number,
      day: shown.day as number,
      hour: (shown.hour as number) % 24,
      minute: shown.minute as number,
      second: shown.second as number,
      ms: 0,
    });
    return Math.round((local - Math.floor(at.getTime() / 1000) * 1000) / 60000);
  };
}

function formatFor(name: string): Intl.DateTimeFormat {
  const known = formats.get(name);
  if (known) return known;
  try {
    const made = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(name, made);
    return made;
  } catch {
    throw new PocketMongoError(40485, `unrecognized time zone identifier: "${name}"`);
  }
}

/** Milliseconds of a date and time in UTC; fields past their range carry over, as 13 months make a year and one. */
export function utcMs(local: LocalTime): number {
  const date = new Date(0);
  date.setUTCFullYear(local.year, local.month - 1, local.day);
  date.setUTCHours(local.hour, local.minute, local.second, local.ms);
  return date.getTime();
}

export function toLocal(at: Date, zone: Zone): LocalTime {
  const shifted = new Date(at.getTime() + zone(at) * 60000);
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    ms: shifted.getUTCMilliseconds(),
  };
}

/** The moment a local time names. One that a change of clocks skips is taken with the offset before the change. */
export function fromLocal(local: LocalTime, zone: Zone): Date {
  const wall = utcMs(local);
  const first = wall - zone(new Date(wall)) * 60000;
  const second = wall - zone(new Date(first)) * 60000;
  const made = new Date(second === first ? first : resolved(wall, first, second, zone));
  if (Number.isNaN(made.getTime())) throw new PocketMongoError("Overflow", "the date is out of range");
  return made;
}

function resolved(wall: number, first: number, second: number, zone: Zone): number {
  const fits = (ms: number): boolean => ms + zone(new Date(ms)) * 60000 === wall;
  if (fits(second)) return second;
  return fits(first) ? first : Math.max(first, second);
}

/** Days since the first of January, from 1. */
export function dayOfYear(local: LocalTime): number {
  return Math.round((dayMs(local) - Date.UTC(local.year, 0, 1)) / 86_400_000) + 1;
}

export function dayMs(local: LocalTime): number {
  return utcMs({ ...local, hour: 0, minute: 0, second: 0, ms: 0 });
}

/** ISO 8601: Monday is 1, Sunday 7. */
export function isoDayOfWeek(local: LocalTime): number {
  return ((new Date(dayMs(local)).getUTCDay() + 6) % 7) + 1;
}

/** ISO 8601 week and the year it belongs to: the one that has the week's Thursday. */
export function isoWeek(local: LocalTime): { year: number; week: number } {
  const thursday = new Date(dayMs(local) + (4 - isoDayOfWeek(local)) * 86_400_000);
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / 604_800_000) + 1 };
}
