import { MeterModelError } from "../errors.ts";
import { localDay, wallClockMsOfDay } from "../time/wall-clock.ts";
import { QUARTER_MS, quarterWindowStartMs } from "./demand.ts";
import { exactInteger, rateSpans, shareOf } from "./rate-use.ts";
import type { TariffScheme } from "./scheme.ts";
import type { TariffCalendar } from "./tariff-calendar.ts";

/** Energy of one circuit by quarter of an hour; null where nothing is known. */
export type QuarterProfile = ArrayLike<number | null>;

/**
 * A stretch of time under one scheme, worked out once for any number of circuits: which rate each quarter of an hour has, and
 * to which month, window and hour of the week it belongs.
 */
export interface RatePlan {
  scheme: TariffScheme;
  calendar: TariffCalendar;
  fromMs: number;
  /** Index of the rate by quarter; `MIXED` where the rate changes within. */
  rateOf: Int8Array;
  /** Quarters within which the rate changes: which rate holds until how long after the quarter's beginning. */
  mixed: Map<number, { rate: number; untilMs: number }[]>;
  /** Local months in order, and the index of each quarter's. */
  months: string[];
  monthOf: Uint16Array;
  /** Local days that begin or go on in the span. */
  days: string[];
  /** 0 Monday 00:00 … 167 Sunday 23:00, by the wall clock. */
  hourOfWeek: Uint8Array;
  /** For each demand the number of the fixed window in which each quarter lies, or null for sliding ones. */
  windowOf: (Int32Array | null)[];
}

const MIXED = -1;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1970-01-01 was a Thursday, three days after Monday. */
const EPOCH_DAYS_AFTER_MONDAY = 3;

/**
 * Both ends on quarters of an hour, as every local day's are.
 * @throws MeterModelError "span-reversed", "out-of-range", "unknown-time-zone"
 */
export function ratePlan(
  scheme: TariffScheme,
  calendar: TariffCalendar,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): RatePlan {
  const count = (toMs - fromMs) / QUARTER_MS;
  if (fromMs % QUARTER_MS !== 0 || !Number.isInteger(count))
    throw new MeterModelError("out-of-range", "a plan begins and ends on a quarter of an hour");
  const starts = Array.from({ length: count }, (_, index) => fromMs + index * QUARTER_MS);
  const days = starts.map((atMs) => localDay(atMs, calendar.timeZone));
  const months = [...new Set(days.map((day) => day.slice(0, 7)))];
  return {
    scheme,
    calendar,
    fromMs,
    ...ratesByQuarter(scheme, calendar, fromMs, toMs),
    months,
    monthOf: Uint16Array.from(days, (day) => months.indexOf(day.slice(0, 7))),
    days: [...new Set(days)],
    hourOfWeek: Uint8Array.from(starts, (atMs, index) => {
      const weekday = (Date.parse(days[index] ?? "") / DAY_MS + EPOCH_DAYS_AFTER_MONDAY) % 7;
      return weekday * 24 + Math.floor(wallClockMsOfDay(atMs, calendar.timeZone) / HOUR_MS);
    }),
    windowOf: scheme.demands.map((demand) =>
      demand.mode === "sliding"
        ? null
        : numbered(starts.map((atMs) => quarterWindowStartMs(atMs, demand.windowMinutes, calendar.timeZone))),
    ),
  };
}

function ratesByQuarter(
  scheme: TariffScheme,
  calendar: TariffCalendar,
  fromMs: number,
  toMs: number,
): Pick<RatePlan, "rateOf" | "mixed"> {
  const rateOf = new Int8Array((toMs - fromMs) / QUARTER_MS).fill(MIXED);
  const mixed: RatePlan["mixed"] = new Map();
  for (const span of rateSpans(scheme, calendar, fromMs, toMs)) {
    const rate = scheme.rates.findIndex(({ id }) => id === span.rateId);
    const first = Math.ceil((span.fromMs - fromMs) / QUARTER_MS);
    const end = Math.floor((span.toMs - fromMs) / QUARTER_MS);
    if (end > first) rateOf.fill(rate, first, end);
    // The quarters at either end of the span, where another span has a part of them.
    for (const quarter of new Set([first - 1, end])) {
      const startMs = fromMs + quarter * QUARTER_MS;
      const untilMs = Math.min(QUARTER_MS, span.toMs - startMs);
      if (untilMs <= 0 || span.fromMs >= startMs + QUARTER_MS || startMs < fromMs) continue;
      mixed.set(quarter, [...(mixed.get(quarter) ?? []), { rate, untilMs }]);
    }
  }
  for (const quarter of mixed.keys()) if (rateOf[quarter] !== MIXED) mixed.delete(quarter);
  return { rateOf, mixed };
}

/** 0, 1, 2 … for neighbours of one value. */
function numbered(values: readonly number[]): Int32Array {
  let number = 0;
  return Int32Array.from(values, (value, index) => {
    if (index > 0 && value !== values[index - 1]) number += 1;
    return number;
  });
}

/** What one circuit's profile costs by itself; blocks, standing charge and tax are the household's. */
export interface ProfileCost {
  whByRate: Record<string, number>;
  /** By the plan's months. */
  whByMonth: number[];
  /** Maximum of each demand by the plan's months. */
  maximaW: number[][];
  /** Of the rates, in 10⁻⁹. */
  ratesNano: number;
  /** Of the demands, in 10⁻⁹. */
  demandsNano: number;
}

/**
 * The same to the last digit as `rateUse` and `demandAfter` on each quarter, at the pace of a loop over an array.
 * @throws MeterModelError "out-of-range"
 */
export function rateProfile(plan: RatePlan, profile: QuarterProfile): ProfileCost {
  const { scheme, rateOf, monthOf } = plan;
  const whOf = new Float64Array(scheme.rates.length);
  const whByMonth = new Float64Array(plan.months.length);
  for (let quarter = 0; quarter < rateOf.length; quarter += 1) {
    const wh = profile[quarter] ?? 0;
    if (wh === 0) continue;
    const rate = rateOf[quarter] as number;
    if (rate === MIXED) addMixed(plan, quarter, wh, whOf);
    else whOf[rate] = (whOf[rate] as number) + wh;
    const month = monthOf[quarter] as number;
    whByMonth[month] = (whByMonth[month] as number) + wh;
  }
  let ratesNano = 0;
  const whByRate: Record<string, number> = {};
  scheme.rates.forEach(({ id, priceMicroPerKWh }, rate) => {
    const wh = whOf[rate] ?? 0;
    if (wh > 0) whByRate[id] = wh;
    ratesNano = exactInteger(ratesNano + exactInteger(wh * priceMicroPerKWh));
  });
  const maximaW = scheme.demands.map((_, demand) => monthlyMaximaW(plan, demand, profile));
  const demandsNano = scheme.demands.reduce(
    (sum, { priceMicroPerKW }, demand) =>
      (maximaW[demand] ?? []).reduce(
        (own, powerW) => exactInteger(own + exactInteger(powerW * priceMicroPerKW)),
        sum,
      ),
    0,
  );
  return { whByRate, whByMonth: [...whByMonth], maximaW, ratesNano, demandsNano };
}

/** What `rate` has of the use of a quarter within which the rate changes; rounded as `rateUse` does. */
function partOfMixed(plan: RatePlan, quarter: number, rate: number, wh: number): number {
  let split = 0;
  let part = 0;
  for (const span of plan.mixed.get(quarter) ?? []) {
    const until = shareOf(wh, span.untilMs, QUARTER_MS);
    if (span.rate === rate) part += until - split;
    split = until;
  }
  return part;
}

function addMixed(plan: RatePlan, quarter: number, wh: number, whOf: Float64Array): void {
  for (let rate = 0; rate < whOf.length; rate += 1)
    whOf[rate] = (whOf[rate] as number) + partOfMixed(plan, quarter, rate, wh);
}

function monthlyMaximaW(plan: RatePlan, demandIndex: number, profile: QuarterProfile): number[] {
  const { scheme, rateOf, monthOf } = plan;
  const demand = scheme.demands[demandIndex];
  if (demand === undefined) return [];
  const windows = plan.windowOf[demandIndex] ?? null;
  const length = demand.windowMinutes / 15;
  const counted = scheme.rates.findIndex(({ id }) => id === demand.rateId);
  const maximaWh = new Float64Array(plan.months.length);
  const recent = new Float64Array(length);
  let month = -1;
  let window = -1;
  let sumWh = 0;
  for (let quarter = 0; quarter < rateOf.length; quarter += 1) {
    let wh = profile[quarter] ?? 0;
    const rate = rateOf[quarter] as number;
    if (demand.rateId !== null && rate !== counted)
      wh = rate === MIXED && wh > 0 ? partOfMixed(plan, quarter, counted, wh) : 0;
    const ownMonth = monthOf[quarter] as number;
    const ownWindow = windows === null ? -1 : (windows[quarter] as number);
    if (ownMonth !== month || ownWindow !== window) {
      month = ownMonth;
      window = ownWindow;
      sumWh = 0;
      recent.fill(0);
    }
    const slot = quarter % length;
    if (windows === null) sumWh -= recent[slot] as number;
    recent[slot] = wh;
    sumWh += wh;
    if (sumWh > (maximaWh[month] as number)) maximaWh[month] = sumWh;
  }
  return Array.from(maximaWh, (wh) => (wh * 60) / demand.windowMinutes);
}

/** Energy and cost of its rates by hour of the week, 168 of each, Monday 00:00 first; cost in 10⁻⁹. */
export function costByHourOfWeek(
  plan: RatePlan,
  profile: QuarterProfile,
): { wh: number[]; costNano: number[] } {
  const wh = new Array<number>(168).fill(0);
  const costNano = new Array<number>(168).fill(0);
  const prices = plan.scheme.rates.map(({ priceMicroPerKWh }) => priceMicroPerKWh);
  plan.hourOfWeek.forEach((hour, quarter) => {
    const used = profile[quarter] ?? 0;
    if (used === 0) return;
    const rate = plan.rateOf[quarter] ?? MIXED;
    const cost =
      rate === MIXED
        ? prices.reduce((sum, price, mixed) => sum + price * partOfMixed(plan, quarter, mixed, used), 0)
        : used * (prices[rate] ?? 0);
    wh[hour] = (wh[hour] ?? 0) + used;
    costNano[hour] = exactInteger((costNano[hour] ?? 0) + exactInteger(cost));
  });
  return { wh, costNano };
}
