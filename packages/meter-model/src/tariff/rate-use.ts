import { MeterModelError } from "../errors.ts";
import { minuteOfDay, wallClockMinuteOfDay, wallClockSpanEndMs } from "../time/wall-clock.ts";
import type { Tariff } from "./tariff.ts";

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

const NANO_PER_MICRO = 1000;

function rateAt(tariff: Tariff, minute: number): { rateId: string; endMinute: number } {
  const period = tariff.periods.find((row) => minute < minuteOfDay(row.to));
  if (period === undefined) throw new MeterModelError("out-of-range", `no tariff period at minute ${minute}`);
  return { rateId: period.rateId, endMinute: minuteOfDay(period.to) };
}

/**
 * Which rate held when, by the site's wall clock: on a 23-hour day the skipped hour has no use, on a 25-hour day the
 * repeated hour counts twice. Neighbours of one rate are one span. An empty span of time yields one empty span.
 * @throws MeterModelError "span-reversed", "unknown-time-zone"
 */
export function rateSpans(tariff: Tariff, timeZone: string, fromMs: number, toMs: number): RateSpan[] {
  if (toMs < fromMs)
    throw new MeterModelError("span-reversed", `a span ends ${fromMs - toMs} ms before it starts`);
  const [only] = tariff.rates;
  if (tariff.rates.length === 1 && only !== undefined) return [{ rateId: only.id, fromMs, toMs }];
  const spans: RateSpan[] = [];
  let atMs = fromMs;
  do {
    const { rateId, endMinute } = rateAt(tariff, wallClockMinuteOfDay(atMs, timeZone));
    const endMs = Math.min(toMs, wallClockSpanEndMs(atMs, endMinute, timeZone));
    const last = spans.at(-1);
    if (last?.rateId === rateId) last.toMs = endMs;
    else spans.push({ rateId, fromMs: atMs, toMs: endMs });
    atMs = endMs;
  } while (atMs < toMs);
  return spans;
}

/** floor(wh × part / whole) without leaving the exact integers. */
function share(wh: number, part: number, whole: number): number {
  return Number((BigInt(wh) * BigInt(part)) / BigInt(whole));
}

function exact(value: number): number {
  if (!Number.isSafeInteger(value))
    throw new MeterModelError("out-of-range", `${value} is beyond what an integer holds exactly`);
  return value;
}

/**
 * Use of `wh` between two instants, split by time at the rates' boundaries and priced. Whole Wh: the boundaries' running
 * sum is rounded down, so that the parts always sum to `wh`.
 * @throws MeterModelError "span-reversed", "out-of-range", "unknown-time-zone"
 */
export function rateUse(
  tariff: Tariff,
  timeZone: string,
  fromMs: number,
  toMs: number,
  wh: number,
): RatedUse {
  if (!Number.isSafeInteger(wh) || wh < 0)
    throw new MeterModelError("out-of-range", `use of ${wh} Wh is not a natural number`);
  const prices = new Map(tariff.rates.map((rate) => [rate.id, rate.priceMicroPerKWh]));
  const whByRate: Record<string, number> = {};
  let costNano = 0;
  let split = 0;
  for (const span of rateSpans(tariff, timeZone, fromMs, toMs)) {
    const until = toMs === fromMs ? wh : share(wh, span.toMs - fromMs, toMs - fromMs);
    const part = until - split;
    split = until;
    whByRate[span.rateId] = (whByRate[span.rateId] ?? 0) + part;
    costNano = exact(costNano + exact(part * (prices.get(span.rateId) ?? 0)));
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
