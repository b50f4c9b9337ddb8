import { localDay, wallClockMsOfDay } from "../time/wall-clock.ts";
import { assertNatural, exactInteger, rateSpans, shareOf, type TimedUse } from "./rate-use.ts";
import type { Demand, TariffScheme } from "./scheme.ts";
import type { TariffCalendar } from "./tariff-calendar.ts";

const MINUTE_MS = 60_000;
/** Windows are whole quarters of an hour of UTC; every zone's offset has been one since 2012. */
export const QUARTER_MS = 15 * MINUTE_MS;
/** The longest window. */
const KEPT_MS = 60 * MINUTE_MS;

/** Energy of one quarter of an hour, as far as it is known. */
export interface QuarterUse {
  atMs: number;
  whByRate: Record<string, number>;
}

/** What the maxima of one circuit need to go on; plain JSON. */
export interface DemandState {
  /** Local, YYYY-MM. */
  month: string;
  /** The highest mean power so far in the month, by demand. */
  maximaW: Record<string, number>;
  /** Quarters of the last hour of the month that had use, oldest first. */
  recent: QuarterUse[];
}

/**
 * Maximum demands after more use of one circuit, and what they cost in 10⁻⁹. A new maximum costs its difference to the one before
 * at once, so that the sum of a month is its maximum × the price; a window that is not over yet counts as far as it is
 * known. No window reaches across the beginning of a local month. Uses come in order of time and may have any length: the
 * longer ones are split evenly at the quarters.
 * @throws MeterModelError "span-reversed", "out-of-range", "unknown-time-zone"
 */
export function demandAfter(
  scheme: TariffScheme,
  calendar: TariffCalendar,
  state: DemandState | null,
  uses: readonly TimedUse[],
): { state: DemandState | null; costNano: number } {
  if (scheme.demands.length === 0) return { state: null, costNano: 0 };
  let current = state;
  let costNano = 0;
  for (const use of uses)
    for (const part of ratedQuarters(scheme, calendar, use)) {
      current = withPart(current, part, calendar.timeZone);
      const raised = raiseMaxima(scheme, calendar.timeZone, current);
      current = { ...current, maximaW: raised.maximaW };
      costNano = exactInteger(costNano + raised.costNano);
    }
  return { state: current, costNano };
}

/** What was used in one quarter under one rate. */
interface QuarterPart {
  atMs: number;
  rateId: string;
  wh: number;
}

/** Split at the quarters and at the rates' boundaries, with the same rounding as `rateUse`; parts without use are left out. */
function ratedQuarters(scheme: TariffScheme, calendar: TariffCalendar, use: TimedUse): QuarterPart[] {
  const { fromMs, toMs, wh } = use;
  assertNatural(wh);
  const parts: QuarterPart[] = [];
  let split = 0;
  for (const span of rateSpans(scheme, calendar, fromMs, toMs)) {
    let startMs = span.fromMs;
    do {
      const atMs = quarterOf(startMs, toMs);
      const endMs = Math.min(span.toMs, atMs + QUARTER_MS);
      const until = toMs === fromMs ? wh : shareOf(wh, endMs - fromMs, toMs - fromMs);
      if (until > split) parts.push({ atMs, rateId: span.rateId, wh: until - split });
      split = until;
      startMs = endMs;
    } while (startMs < span.toMs);
  }
  return parts;
}

/** The use of an instant belongs to the quarter that it ends, as a reading on the boundary does. */
function quarterOf(startMs: number, useEndMs: number): number {
  return Math.floor((startMs === useEndMs ? startMs - 1 : startMs) / QUARTER_MS) * QUARTER_MS;
}

function withPart(
  state: DemandState | null,
  { atMs, rateId, wh }: QuarterPart,
  timeZone: string,
): DemandState {
  const month = localDay(atMs, timeZone).slice(0, 7);
  if (state?.month !== month) return { month, maximaW: {}, recent: [{ atMs, whByRate: { [rateId]: wh } }] };
  const last = state.recent.at(-1);
  if (last?.atMs !== atMs) {
    const recent = state.recent.filter((quarter) => quarter.atMs > atMs - KEPT_MS);
    return { ...state, recent: [...recent, { atMs, whByRate: { [rateId]: wh } }] };
  }
  const whByRate = { ...last.whByRate, [rateId]: (last.whByRate[rateId] ?? 0) + wh };
  return { ...state, recent: [...state.recent.slice(0, -1), { atMs, whByRate }] };
}

/** Only windows that hold the newest quarter can have grown. */
function raiseMaxima({ demands }: TariffScheme, timeZone: string, { maximaW, recent }: DemandState) {
  const raised = { ...maximaW };
  let costNano = 0;
  for (const demand of demands) {
    const before = raised[demand.id] ?? 0;
    const powerW = meanPowerW(demand, recent, timeZone);
    if (powerW <= before) continue;
    raised[demand.id] = powerW;
    // W × 10⁻⁶ per kW is 10⁻⁹.
    costNano = exactInteger(costNano + exactInteger((powerW - before) * demand.priceMicroPerKW));
  }
  return { maximaW: raised, costNano };
}

/** Over the window that holds the newest quarter (fixed) or ends with it (sliding). */
function meanPowerW(demand: Demand, recent: readonly QuarterUse[], timeZone: string): number {
  const { mode, windowMinutes } = demand;
  const newestMs = recent.at(-1)?.atMs ?? 0;
  const windowMs = quarterWindowStartMs(newestMs, windowMinutes, timeZone);
  const isInWindow = ({ atMs }: QuarterUse) =>
    mode === "sliding"
      ? atMs > newestMs - windowMinutes * MINUTE_MS
      : quarterWindowStartMs(atMs, windowMinutes, timeZone) === windowMs;
  const wh = recent.filter(isInWindow).reduce((sum, { whByRate }) => sum + countedWh(demand, whByRate), 0);
  return (wh * 60) / windowMinutes;
}

/**
 * When the fixed window of a quarter began by the wall clock. Where the clock jumps within a window, what lies on either side of
 * the jump has a start of its own.
 */
export function quarterWindowStartMs(atMs: number, windowMinutes: number, timeZone: string): number {
  return atMs - (wallClockMsOfDay(atMs, timeZone) % (windowMinutes * MINUTE_MS));
}

function countedWh({ rateId }: Demand, whByRate: Record<string, number>): number {
  if (rateId !== null) return whByRate[rateId] ?? 0;
  return Object.values(whByRate).reduce((sum, wh) => sum + wh, 0);
}
