/**
 * A second opinion on tariffs, for tests: walks every minute, asks the platform's own calendar what the wall clock shows, reckons
 * in BigInt, and shares no code with what it judges.
 */
import type { TariffScheme } from "../scheme.ts";
import type { TariffCalendar } from "../tariff-calendar.ts";

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;

interface Wall {
  /** YYYY-MM-DD */
  day: string;
  /** HH:MM */
  time: string;
  weekday: string;
  /** GMT+02:00 */
  offset: string;
}
const formats = new Map<string, Intl.DateTimeFormat>();
const walls = new Map<string, Map<number, Wall>>();
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Asked once for each quarter of an hour: no clock of these years changes within one. */
function wallAt(atMs: number, timeZone: string): Wall {
  const quarterMs = Math.floor(atMs / QUARTER_MS) * QUARTER_MS;
  const seen = walls.get(timeZone) ?? new Map<number, Wall>();
  walls.set(timeZone, seen);
  const wall = seen.get(quarterMs) ?? askWall(quarterMs, timeZone);
  seen.set(quarterMs, wall);
  const minute = Number(wall.time.slice(3)) + Math.floor((atMs - quarterMs) / MINUTE_MS);
  return { ...wall, time: `${wall.time.slice(0, 3)}${String(minute).padStart(2, "0")}` };
}

function askWall(atMs: number, timeZone: string): Wall {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      weekday: "short",
      timeZoneName: "longOffset",
    });
  formats.set(timeZone, format);
  const parts: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(atMs)) parts[type] = value;
  return {
    day: `${parts.year}-${parts.month}-${parts.day}`,
    time: `${parts.hour}:${parts.minute}`,
    weekday: parts.weekday ?? "",
    offset: parts.timeZoneName ?? "",
  };
}

/** Day of a leap year, 0 for 1 January. */
function dayNumber(monthDay: string): number {
  return (Date.parse(`2000-${monthDay}`) - Date.parse("2000-01-01")) / 86_400_000;
}

const seasonsSeen = new WeakMap<TariffScheme, Map<string, string>>();

function slowSeason(scheme: TariffScheme, day: string): string {
  const seen = seasonsSeen.get(scheme) ?? new Map<string, string>();
  seasonsSeen.set(scheme, seen);
  const id = seen.get(day) ?? walkSeasons(scheme, day);
  seen.set(day, id);
  return id;
}

function walkSeasons(scheme: TariffScheme, day: string): string {
  const wanted = dayNumber(day.slice(5));
  for (const { id, ranges } of scheme.seasons)
    for (const range of ranges) {
      const last = dayNumber(range.to);
      for (let number = dayNumber(range.from); ; number = (number + 1) % 366) {
        if (number === wanted) return id;
        if (number === last) break;
      }
    }
  throw new RangeError(`no season on ${day}`);
}

function slowDayType(scheme: TariffScheme, calendar: TariffCalendar, { day, weekday }: Wall): string {
  const named = new Map(Object.entries(calendar.namedDays)).get(day);
  if (named !== undefined && scheme.dayTypes.map(({ id }) => id).includes(named)) return named;
  if (new Set(calendar.holidays).has(day)) return "holiday";
  return calendar.restWeekdays.includes(WEEKDAYS.indexOf(weekday) + 1) ? "rest-day" : "workday";
}

export function slowRateAt(scheme: TariffScheme, calendar: TariffCalendar, atMs: number): string {
  const wall = wallAt(atMs, calendar.timeZone);
  const season = slowSeason(scheme, wall.day);
  const dayType = slowDayType(scheme, calendar, wall);
  for (const { seasonIds, dayTypeIds, periods } of scheme.tables) {
    if (!seasonIds.includes(season) || !dayTypeIds.includes(dayType)) continue;
    for (const { from, to, rateId } of periods) if (from <= wall.time && wall.time < to) return rateId;
  }
  throw new RangeError(`no rate on ${wall.day} at ${wall.time}`);
}

export interface SlowUse {
  fromMs: number;
  toMs: number;
  wh: number;
}
interface SlowPiece {
  atMs: number;
  rateId: string;
  wh: bigint;
}

/** The use minute by minute; a minute's energy is what the rounded-down register grew by within it. */
function piecesOf(
  scheme: TariffScheme,
  calendar: TariffCalendar,
  { fromMs, toMs, wh }: SlowUse,
): SlowPiece[] {
  if (fromMs === toMs)
    return [{ atMs: fromMs - 1, rateId: slowRateAt(scheme, calendar, fromMs), wh: BigInt(wh) }];
  const pieces: SlowPiece[] = [];
  let register = 0n;
  for (let atMs = fromMs; atMs < toMs; ) {
    const nextMs = Math.min(toMs, (Math.floor(atMs / MINUTE_MS) + 1) * MINUTE_MS);
    const reading = (BigInt(wh) * BigInt(nextMs - fromMs)) / BigInt(toMs - fromMs);
    pieces.push({ atMs, rateId: slowRateAt(scheme, calendar, atMs), wh: reading - register });
    register = reading;
    atMs = nextMs;
  }
  return pieces;
}

/** Wh by rate, those without use left out, and the cost in 10⁻⁹. */
export function slowRateUse(scheme: TariffScheme, calendar: TariffCalendar, use: SlowUse) {
  const whByRate: Record<string, bigint> = {};
  let costNano = 0n;
  for (const { rateId, wh } of piecesOf(scheme, calendar, use)) {
    const price = scheme.rates.find(({ id }) => id === rateId)?.priceMicroPerKWh ?? 0;
    if (wh > 0n) whByRate[rateId] = (whByRate[rateId] ?? 0n) + wh;
    costNano += wh * BigInt(price);
  }
  return { whByRate, costNano };
}

/** Highest mean power by "demand month", and what all months cost in 10⁻⁹, from every window that there is. */
export function slowDemands(scheme: TariffScheme, calendar: TariffCalendar, uses: readonly SlowUse[]) {
  const quarters = new Map<number, SlowPiece[]>();
  for (const use of uses)
    for (const piece of piecesOf(scheme, calendar, use)) {
      const quarter = Math.floor(piece.atMs / QUARTER_MS) * QUARTER_MS;
      const pieces = quarters.get(quarter) ?? [];
      quarters.set(quarter, pieces);
      pieces.push(piece);
    }
  const maxima = new Map<string, bigint>();
  let costNano = 0n;
  for (const { id, rateId, windowMinutes, mode, priceMicroPerKW } of scheme.demands) {
    const highest = new Map<string, bigint>();
    const windows = new Map<string, bigint>();
    for (const [atMs, pieces] of quarters) {
      const { day, time, offset } = wallAt(atMs, calendar.timeZone);
      const month = day.slice(0, 7);
      const wh = pieces
        .filter((piece) => rateId === null || piece.rateId === rateId)
        .reduce((sum, piece) => sum + piece.wh, 0n);
      // Fixed: hour and part of it as the clock shows them. Sliding: every window that this quarter lies in.
      const part = Math.floor(Number(time.slice(3)) / windowMinutes);
      const keys =
        mode === "fixed"
          ? [`${month} ${day} ${offset} ${time.slice(0, 2)} ${part}`]
          : Array.from(
              { length: windowMinutes / 15 },
              (_, later) => `${month} ends ${atMs + later * QUARTER_MS}`,
            );
      for (const key of keys) windows.set(key, (windows.get(key) ?? 0n) + wh);
    }
    for (const [key, wh] of windows) {
      const month = key.slice(0, 7);
      const powerW = (wh * 60n) / BigInt(windowMinutes);
      if (powerW > (highest.get(month) ?? 0n)) highest.set(month, powerW);
    }
    for (const [month, powerW] of highest) {
      maxima.set(`${id} ${month}`, powerW);
      costNano += powerW * BigInt(priceMicroPerKW);
    }
  }
  return { maxima, costNano };
}

/** Every Wh by itself: it costs the surcharge of each step that lies at or below it. */
export function slowBlockSurcharge(
  { blocks }: Pick<TariffScheme, "blocks">,
  whBefore: number,
  wh: number,
): bigint {
  let costNano = 0n;
  for (let count = whBefore; count < whBefore + wh; count += 1)
    for (const { aboveWh, surchargeMicroPerKWh } of blocks?.steps ?? [])
      if (count >= aboveWh) costNano += BigInt(surchargeMicroPerKWh);
  return costNano;
}
