import { typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { dayMs, fromLocal, isoDayOfWeek, type LocalTime, toLocal, utcMs, type Zone } from "../time-zone.ts";

/** Units either count a fixed span of time, or months. */
const units = {
  millisecond: { ms: 1 },
  second: { ms: 1000 },
  minute: { ms: 60_000 },
  hour: { ms: 3_600_000 },
  day: { days: 1 },
  week: { days: 7 },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { months: 12 },
} as const satisfies Record<string, { ms?: number; days?: number; months?: number }>;

export type Unit = keyof typeof units;

export function unitNamed(operator: string, value: Value): Unit {
  if (typeof value !== "string") {
    throw new PocketMongoError(
      5439013,
      `${operator} requires 'unit' to be a string, but got ${typeName(value)}`,
    );
  }
  if (!Object.hasOwn(units, value)) {
    throw new PocketMongoError(
      "FailedToParse",
      `${operator} parameter 'unit' value cannot be recognized as a time unit: ${value}`,
    );
  }
  return value as Unit;
}

const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** 1 for Monday to 7 for Sunday, from a full or three-letter name. */
export function dayOfWeekNamed(value: Value): number {
  const text = typeof value === "string" ? value.toLowerCase() : "";
  const at = days.findIndex((day) => day === text || day.slice(0, 3) === text);
  if (at < 0)
    throw new PocketMongoError(
      5439015,
      "parameter 'startOfWeek' value cannot be recognized as a day of a week",
    );
  return at + 1;
}

function monthsOf(local: LocalTime): number {
  return local.year * 12 + local.month - 1;
}

const midnight = { hour: 0, minute: 0, second: 0, ms: 0 };

/** The reference of $dateTrunc's bins, 2000-01-01T00:00 in the zone. */
const reference: LocalTime = { year: 2000, month: 1, day: 1, ...midnight };

export function truncate(date: Date, unit: Unit, bin: number, zone: Zone, startOfWeek: number): Date {
  const rule: { ms?: number; days?: number; months?: number } = units[unit];
  const local = toLocal(date, zone);
  if (rule.ms !== undefined) {
    const span = rule.ms * bin;
    const start = fromLocal(reference, zone).getTime();
    return new Date(start + Math.floor((date.getTime() - start) / span) * span);
  }
  if (rule.days !== undefined) {
    const first = dayMs(reference) / 86_400_000;
    const aligned = unit === "week" ? first + ((startOfWeek - isoDayOfWeek(reference) + 7) % 7) : first;
    const span = rule.days * bin;
    const day = aligned + Math.floor((dayMs(local) / 86_400_000 - aligned) / span) * span;
    return fromLocal(
      toLocal(new Date(day * 86_400_000), () => 0),
      zone,
    );
  }
  const span = (rule.months ?? 1) * bin;
  const from = monthsOf(reference);
  const month = from + Math.floor((monthsOf(local) - from) / span) * span;
  return fromLocal(
    { year: Math.floor(month / 12), month: (((month % 12) + 12) % 12) + 1, day: 1, ...midnight },
    zone,
  );
}

/** Days and longer units move the calendar and keep the clock; a month without that day gives its last. */
export function addUnits(date: Date, unit: Unit, amount: number, zone: Zone): Date {
  const rule: { ms?: number; days?: number; months?: number } = units[unit];
  if (rule.ms !== undefined) return checked(new Date(date.getTime() + rule.ms * amount));
  const local = toLocal(date, zone);
  if (rule.days !== undefined)
    return checked(fromLocal(carried({ ...local, day: local.day + rule.days * amount }), zone));
  const month = monthsOf(local) + (rule.months ?? 1) * amount;
  const [year, of] = [Math.floor(month / 12), (((month % 12) + 12) % 12) + 1];
  const last = new Date(utcMs({ year, month: of + 1, day: 0, ...midnight })).getUTCDate();
  return checked(fromLocal({ ...local, year, month: of, day: Math.min(local.day, last) }, zone));
}

function carried(local: LocalTime): LocalTime {
  return toLocal(new Date(utcMs(local)), () => 0);
}

function checked(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw new PocketMongoError(5166406, "the resulting date is out of range");
  return date;
}

/** How many boundaries of the unit lie between two moments. */
export function diffUnits(from: Date, to: Date, unit: Unit, zone: Zone, startOfWeek: number): number {
  const rule: { ms?: number; days?: number; months?: number } = units[unit];
  const [a, b] = [toLocal(from, zone), toLocal(to, zone)];
  if (rule.months !== undefined)
    return Math.floor(monthsOf(b) / rule.months) - Math.floor(monthsOf(a) / rule.months);
  if (unit === "week") {
    const weekOf = (local: LocalTime): number =>
      Math.floor((dayMs(local) / 86_400_000 - ((isoDayOfWeek(local) - startOfWeek + 7) % 7)) / 7);
    return weekOf(b) - weekOf(a);
  }
  if (rule.days !== undefined) return Math.round((dayMs(b) - dayMs(a)) / 86_400_000);
  const ms = rule.ms ?? 1;
  // Hours and minutes begin where the local clock says, whose offset may not be a whole hour.
  const shift = zone(from) * 60_000;
  return Math.floor((to.getTime() + shift) / ms) - Math.floor((from.getTime() + shift) / ms);
}
