import { MeterModelError } from "../errors.ts";
import { localDay, minuteOfDay, wallClockMinuteOfDay, wallClockSpanEndMs } from "../time/wall-clock.ts";
import type { TariffScheme } from "./scheme.ts";
import { dayTypeIn, seasonIdOn, type TariffCalendar } from "./tariff-calendar.ts";

/** Energy used between two instants. */
export interface TimedUse {
  fromMs: number;
  toMs: number;
  wh: number;
}

/** A stretch of time under one rate. */
export interface RateSpan {
  rateId: string;
  fromMs: number;
  toMs: number;
}

export interface RatedUse {
  /** Wh × 10⁻⁶ per kWh: exact in 10⁻⁹ of the major currency unit. Callers carry what does not fill a micro-unit. */
  costNano: number;
  /** Sums to the use exactly; only rates that were touched. */
  whByRate: Record<string, number>;
}

interface DayPeriod {
  rateId: string;
  endMinute: number;
}

/** What rating looks up again and again, reckoned once per scheme. */
interface Prepared {
  priceOf: Map<string, number>;
  periodsOf: Map<string, DayPeriod[]>;
  /** The day asked for last: uses come in order of time. */
  last: { calendar: TariffCalendar; day: string; periods: DayPeriod[] } | null;
}

const NANO_PER_MICRO = 1000;
const preparedSchemes = new WeakMap<TariffScheme, Prepared>();

const tableKey = (seasonId: string, dayTypeId: string) => JSON.stringify([seasonId, dayTypeId]);

function prepare(scheme: TariffScheme): Prepared {
  const known = preparedSchemes.get(scheme);
  if (known !== undefined) return known;
  const periodsOf = new Map<string, DayPeriod[]>();
  for (const table of scheme.tables) {
    const periods = table.periods.map(({ rateId, to }) => ({ rateId, endMinute: minuteOfDay(to) }));
    for (const seasonId of table.seasonIds)
      for (const dayTypeId of table.dayTypeIds) periodsOf.set(tableKey(seasonId, dayTypeId), periods);
  }
  const priceOf = new Map(scheme.rates.map((rate) => [rate.id, rate.priceMicroPerKWh]));
  const prepared: Prepared = { priceOf, periodsOf, last: null };
  preparedSchemes.set(scheme, prepared);
  return prepared;
}

/** Prices by rate, 10⁻⁶ per kWh. */
export function pricesOf(scheme: TariffScheme): ReadonlyMap<string, number> {
  return prepare(scheme).priceOf;
}

function periodsOn(scheme: TariffScheme, calendar: TariffCalendar, day: string): DayPeriod[] {
  const prepared = prepare(scheme);
  const { last } = prepared;
  if (last?.day === day && last.calendar === calendar) return last.periods;
  const seasonId = seasonIdOn(scheme, day);
  const dayTypeId = dayTypeIn(scheme, calendar, day);
  const periods = prepared.periodsOf.get(tableKey(seasonId, dayTypeId));
  if (periods === undefined)
    throw new MeterModelError("out-of-range", `no table for ${dayTypeId} in season "${seasonId}"`);
  prepared.last = { calendar, day, periods };
  return periods;
}

function rateAt(scheme: TariffScheme, calendar: TariffCalendar, atMs: number): DayPeriod {
  const minute = wallClockMinuteOfDay(atMs, calendar.timeZone);
  const periods = periodsOn(scheme, calendar, localDay(atMs, calendar.timeZone));
  const period = periods.find(({ endMinute }) => minute < endMinute);
  if (period === undefined) throw new MeterModelError("out-of-range", `no tariff period at minute ${minute}`);
  return period;
}

/**
 * Which rate held when, by the site's wall clock: on a 23-hour day the skipped hour has no use, on a 25-hour day the
 * repeated hour counts twice. Neighbours of one rate are one span. An empty span of time yields one empty span.
 * @throws MeterModelError "span-reversed", "unknown-time-zone"
 */
export function rateSpans(
  scheme: TariffScheme,
  calendar: TariffCalendar,
  fromMs: number,
  toMs: number,
): RateSpan[] {
  if (toMs < fromMs)
    throw new MeterModelError("span-reversed", `a span ends ${fromMs - toMs} ms before it starts`);
  const [only] = scheme.rates;
  if (scheme.rates.length === 1 && only !== undefined) return [{ rateId: only.id, fromMs, toMs }];
  const spans: RateSpan[] = [];
  let atMs = fromMs;
  do {
    const { rateId, endMinute } = rateAt(scheme, calendar, atMs);
    const endMs = Math.min(toMs, wallClockSpanEndMs(atMs, endMinute, calendar.timeZone));
    const last = spans.at(-1);
    if (last?.rateId === rateId) last.toMs = endMs;
    else spans.push({ rateId, fromMs: atMs, toMs: endMs });
    atMs = endMs;
  } while (atMs < toMs);
  return spans;
}

/** floor(wh × part / whole) without leaving the exact integers. */
export function shareOf(wh: number, part: number, whole: number): number {
  const product = wh * part;
  if (Number.isSafeInteger(product)) return (product - (product % whole)) / whole;
  return Number((BigInt(wh) * BigInt(part)) / BigInt(whole));
}

/** @throws MeterModelError "out-of-range" beyond 2⁵³ */
export function exactInteger(value: number): number {
  if (!Number.isSafeInteger(value))
    throw new MeterModelError("out-of-range", `${value} is beyond what an integer holds exactly`);
  return value;
}

/** @throws MeterModelError "out-of-range" */
export function assertNatural(wh: number): void {
  if (!Number.isSafeInteger(wh) || wh < 0)
    throw new MeterModelError("out-of-range", `use of ${wh} Wh is not a natural number`);
}

/**
 * A use split by time at the boundaries of its rates, and priced; before blocks, demands, standing charge and tax. Whole Wh:
 * the boundaries' running sum is rounded down, so that the parts always sum to the whole.
 * @throws MeterModelError "span-reversed", "out-of-range", "unknown-time-zone"
 */
export function rateUse(
  scheme: TariffScheme,
  calendar: TariffCalendar,
  { fromMs, toMs, wh }: TimedUse,
): RatedUse {
  assertNatural(wh);
  const { priceOf } = prepare(scheme);
  const whByRate: Record<string, number> = {};
  let costNano = 0;
  let split = 0;
  for (const span of rateSpans(scheme, calendar, fromMs, toMs)) {
    const until = toMs === fromMs ? wh : shareOf(wh, span.toMs - fromMs, toMs - fromMs);
    const part = until - split;
    split = until;
    whByRate[span.rateId] = (whByRate[span.rateId] ?? 0) + part;
    costNano = exactInteger(costNano + exactInteger(part * (priceOf.get(span.rateId) ?? 0)));
  }
  return { costNano, whByRate };
}

/** Whole micro-units of an amount in 10⁻⁹, and what remains to be carried to the next. */
export function takeMicro(amountNano: number): { micro: number; remainderNano: number } {
  const micro = Math.floor(amountNano / NANO_PER_MICRO);
  return { micro, remainderNano: amountNano - micro * NANO_PER_MICRO };
}

/** 10⁻⁶ units in one minor unit: 10,000 for two digits. */
export function microPerMinor(currencyDigits: number): number {
  return 10 ** (6 - currencyDigits);
}
