import { DateTime, IANAZone } from "luxon";
import { MeterModelError } from "../errors.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const zones = new Map<string, IANAZone>();

/** @throws MeterModelError "unknown-time-zone" */
export function ianaZone(timeZone: string): IANAZone {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const zone = IANAZone.create(timeZone);
  if (!zone.isValid) throw new MeterModelError("unknown-time-zone", `no time zone "${timeZone}"`);
  zones.set(timeZone, zone);
  return zone;
}

/** Every zone of the database has changed its offset on a quarter of an hour of UTC since 2012. */
const QUARTER_MS = 15 * MINUTE_MS;
/** Asking a zone costs microseconds, and rules ask for the same days again and again. Three years; range 100–100,000. */
const MOST_DAYS_KEPT = 1100;

/** Offset by UTC day; null on a day of change. */
const offsetsByDay = new Map<IANAZone, Map<number, number | null>>();
/** The last answer of each zone on a day of change. */
const lastOffsets = new Map<IANAZone, { quarter: number; offsetMs: number }>();

/** Milliseconds that the wall clock is ahead of UTC at an instant. */
function offsetMs(atMs: number, zone: IANAZone): number {
  const day = Math.floor(atMs / DAY_MS);
  return offsetOfDay(day, zone) ?? offsetOfQuarter(Math.floor(atMs / QUARTER_MS), zone);
}

function offsetOfDay(day: number, zone: IANAZone): number | null {
  const days = offsetsByDay.get(zone) ?? new Map<number, number | null>();
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size >= MOST_DAYS_KEPT) days.clear();
  const offset = zone.offset(day * DAY_MS) * MINUTE_MS;
  const steady = zone.offset((day + 1) * DAY_MS) * MINUTE_MS === offset ? offset : null;
  offsetsByDay.set(zone, days.set(day, steady));
  return steady;
}

function offsetOfQuarter(quarter: number, zone: IANAZone): number {
  const last = lastOffsets.get(zone);
  if (last?.quarter === quarter) return last.offsetMs;
  const offset = zone.offset(quarter * QUARTER_MS) * MINUTE_MS;
  lastOffsets.set(zone, { quarter, offsetMs: offset });
  return offset;
}

/** What the wall clock shows, as milliseconds since its last midnight: on a 25-hour day some values come twice. */
export function wallClockMsOfDay(atMs: number, timeZone: string): number {
  const local = atMs + offsetMs(atMs, ianaZone(timeZone));
  return ((local % DAY_MS) + DAY_MS) % DAY_MS;
}

/** Whole minutes that the wall clock shows since midnight, 0–1439. */
export function wallClockMinuteOfDay(atMs: number, timeZone: string): number {
  return Math.floor(wallClockMsOfDay(atMs, timeZone) / MINUTE_MS);
}

/** "07:30" → 450, "24:00" → 1440. */
export function minuteOfDay(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3, 5));
}

/**
 * The instant at which the wall clock next shows another time than a plain count from `atMs` would reach, or reaches
 * `endMinute` of its day, whichever is first. What holds at `atMs` by wall clock holds until then. Zones that change their
 * offset twice within a day do not exist.
 */
export function wallClockSpanEndMs(atMs: number, endMinute: number, timeZone: string): number {
  const zone = ianaZone(timeZone);
  const offset = offsetMs(atMs, zone);
  const endMs = atMs + (endMinute * MINUTE_MS - wallClockMsOfDay(atMs, timeZone));
  if (offsetMs(endMs, zone) === offset) return endMs;
  let before = atMs;
  let after = endMs;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetMs(middle, zone) === offset) before = middle;
    else after = middle;
  }
  return after;
}

/** Local date of an instant, "YYYY-MM-DD". */
export function localDay(atMs: number, timeZone: string): string {
  const local = atMs + offsetMs(atMs, ianaZone(timeZone));
  return new Date(local).toISOString().slice(0, 10);
}

/**
 * A local day as instants, end exclusive: 23, 24 or 25 hours long. Where midnight does not exist the day starts at its
 * first instant, and where it comes twice at the first of the two.
 * @throws MeterModelError "invalid-day", "unknown-time-zone"
 */
export function localDayBounds(day: string, timeZone: string): { startMs: number; endMs: number } {
  const noon = DateTime.fromISO(`${day}T12:00:00`, { zone: ianaZone(timeZone) });
  if (!noon.isValid || noon.toISODate() !== day)
    throw new MeterModelError("invalid-day", `"${day}" is not a date YYYY-MM-DD`);
  return {
    startMs: firstInstantMs(noon),
    endMs: firstInstantMs(noon.plus({ days: 1 })),
  };
}

/** In Havana and on the Azores clocks go back from 01:00 to 00:00; luxon knows the second midnight alone. */
function firstInstantMs(noon: DateTime): number {
  const midnight = noon.startOf("day");
  const before = midnight.minus(1);
  const isSameDay = before.hasSame(midnight, "day");
  return midnight.toMillis() - (isSameDay ? (before.offset - midnight.offset) * MINUTE_MS : 0);
}
