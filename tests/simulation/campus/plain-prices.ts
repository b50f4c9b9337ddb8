import type { TariffScheme } from "@hallmeter/meter-model";
import { MINUTE_MS, QUARTER_MS, type WallClock } from "./wall-clock.ts";

/** Every switch time of the campus lies on it. */
export const GRID_MS = 5 * MINUTE_MS;

export interface PlainCalendar {
  wall: WallClock;
  restWeekdays: readonly number[];
  holidays: readonly string[];
  namedDays: Readonly<Record<string, string>>;
}

export interface Stretch {
  fromMs: number;
  toMs: number;
  wh: bigint;
}

/** Part of a use that lies in one quarter of an hour, under one rate. */
export interface Piece {
  quarterMs: number;
  rateId: string;
  wh: bigint;
}

const minutesOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** Reads prices off a scheme by the wall clock, in BigInt, with no code of the program. */
export class PlainPrices {
  readonly #calendar: PlainCalendar;
  readonly #rates = new Map<TariffScheme, Map<number, string>>();

  constructor(calendar: PlainCalendar) {
    this.#calendar = calendar;
  }

  rateAt(scheme: TariffScheme, atMs: number): string {
    const tickMs = Math.floor(atMs / GRID_MS) * GRID_MS;
    const known = this.#rates.get(scheme) ?? new Map<number, string>();
    this.#rates.set(scheme, known);
    const rateId = known.get(tickMs) ?? this.#askRate(scheme, tickMs);
    known.set(tickMs, rateId);
    return rateId;
  }

  /** Evenly over its time: a piece is what the rounded-down reading grew by. */
  pieces(scheme: TariffScheme, { fromMs, toMs, wh }: Stretch): Piece[] {
    const pieces: Piece[] = [];
    let reading = 0n;
    for (let atMs = fromMs; atMs < toMs; ) {
      const nextMs = Math.min(toMs, Math.floor(atMs / GRID_MS) * GRID_MS + GRID_MS);
      const until = (wh * BigInt(nextMs - fromMs)) / BigInt(toMs - fromMs);
      const quarterMs = Math.floor(atMs / QUARTER_MS) * QUARTER_MS;
      if (until > reading) pieces.push({ quarterMs, rateId: this.rateAt(scheme, atMs), wh: until - reading });
      reading = until;
      atMs = nextMs;
    }
    return pieces;
  }

  /** Exact in 10⁻⁹ of the major unit, before everything that depends on the household. */
  energyNano(scheme: TariffScheme, pieces: readonly Piece[]): bigint {
    return pieces.reduce((sum, { rateId, wh }) => sum + wh * BigInt(priceOf(scheme, rateId)), 0n);
  }

  #askRate(scheme: TariffScheme, atMs: number): string {
    const { day, minute, weekday } = this.#calendar.wall.at(atMs);
    const dayType = this.#dayType(scheme, day, weekday);
    const season = seasonOf(scheme, day.slice(5));
    for (const { seasonIds, dayTypeIds, periods } of scheme.tables) {
      if (!seasonIds.includes(season) || !dayTypeIds.includes(dayType)) continue;
      for (const { from, to, rateId } of periods)
        if (minutesOf(from) <= minute && minute < minutesOf(to)) return rateId;
    }
    throw new RangeError(`no rate on ${day} at minute ${minute}`);
  }

  #dayType({ dayTypes }: TariffScheme, day: string, weekday: number): string {
    const { namedDays, holidays, restWeekdays } = this.#calendar;
    const named = namedDays[day];
    if (dayTypes.some(({ id }) => id === named)) return named ?? "";
    if (holidays.includes(day)) return "holiday";
    return restWeekdays.includes(weekday) ? "rest-day" : "workday";
  }
}

function priceOf({ rates }: TariffScheme, rateId: string): number {
  const rate = rates.find(({ id }) => id === rateId);
  if (rate === undefined) throw new RangeError(`no rate ${rateId}`);
  return rate.priceMicroPerKWh;
}

function seasonOf({ seasons }: TariffScheme, monthDay: string): string {
  for (const { id, ranges } of seasons)
    for (const { from, to } of ranges) {
      const isBehindFrom = monthDay >= from;
      const isBeforeTo = monthDay <= to;
      if (from <= to ? isBehindFrom && isBeforeTo : isBehindFrom || isBeforeTo) return id;
    }
  throw new RangeError(`no season on ${monthDay}`);
}
