import type { CreditPosition } from "../contract/gateway-config.ts";
import { localDay } from "../time/wall-clock.ts";
import { blockPeriodOf, blockStartWh, blockSurchargeNano } from "./blocks.ts";
import { pricesOf, rateUse, shareOf, type TimedUse, takeMicro } from "./rate-use.ts";
import type { TariffScheme } from "./scheme.ts";
import { taxNano } from "./standing-and-tax.ts";
import type { TariffCalendar } from "./tariff-calendar.ts";

/** A register as read: cumulative, after ratios. */
export interface EnergyPoint {
  atMs: number;
  energyWh: number;
}

export interface CircuitUse {
  circuitId: string;
  /** Good samples only, in any order; those the server has charged already do no harm. */
  points: readonly EnergyPoint[];
}

/** What was used since the registers of a position. */
export interface UseSince {
  /** At the rates, with tax; 10⁻⁹. */
  energyNano: number;
  /** Wh by price with tax, 10⁻⁶ per kWh. */
  whByPrice: ReadonlyMap<number, number>;
  /** Wh that certainly lie in one period of the blocks of the position's tariff. */
  whByPeriod: ReadonlyMap<string, number>;
}

const NO_PERIOD: ReadonlyMap<string, number> = new Map();

export const NOTHING_USED: UseSince = { energyNano: 0, whByPrice: new Map(), whByPeriod: NO_PERIOD };

export function addUses(a: UseSince, b: UseSince): UseSince {
  if (a === NOTHING_USED) return b;
  if (b === NOTHING_USED) return a;
  return {
    energyNano: a.energyNano + b.energyNano,
    whByPrice: sumByKey(a.whByPrice, b.whByPrice),
    whByPeriod: sumByKey(a.whByPeriod, b.whByPeriod),
  };
}

function sumByKey<Key>(a: ReadonlyMap<Key, number>, b: ReadonlyMap<Key, number>): ReadonlyMap<Key, number> {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const sums = new Map(a);
  for (const [key, wh] of b) sums.set(key, (sums.get(key) ?? 0) + wh);
  return sums;
}

const PPM = 1_000_000;
/** A local day in which the clock goes forward. */
const SHORTEST_DAY_MS = 23 * 3_600_000;
/** Between two points no further apart the server may have had samples that are not kept here: `use-points.ts` of the gateway. */
const THINNED_MS = 15 * 60_000;

/**
 * A use between two points under the position's prices. Where the server may know better when it was used, what costs least is
 * taken: a cut is never too early, and too late by that use × the difference of two rates at most.
 * @throws MeterModelError "unknown-time-zone", "out-of-range"
 */
export function useSince(position: CreditPosition, calendar: TariffCalendar, use: TimedUse): UseSince {
  const parts = partsByVersion(position, use);
  const { energyNano, whByPrice } = parts
    .map(({ scheme, part }) => useUnder(scheme, calendar, part))
    .reduce(addUses, NOTHING_USED);
  const isFirstVersion = parts.length === 1 && parts[0]?.scheme === position.tariff;
  const roundedNano =
    whByPrice.size < 2
      ? 0
      : cutsOfServer(use, parts.length) * (Math.max(...whByPrice.keys()) - Math.min(...whByPrice.keys()));
  return {
    energyNano: Math.max(0, energyNano - roundedNano),
    whByPrice,
    whByPeriod: isFirstVersion ? periodOfUse(position.tariff, calendar, use) : NO_PERIOD,
  };
}

/** The prices in force at an instant, as far as the position knows. */
export function tariffAt({ tariff, laterTariffs = [] }: CreditPosition, atMs: number): TariffScheme {
  return laterTariffs.findLast((later) => Date.parse(later.effectiveFrom) <= atMs)?.tariff ?? tariff;
}

/** The server cuts a use at midnights and new versions, and rounds to a whole Wh at each. */
function cutsOfServer({ fromMs, toMs }: TimedUse, versions: number): number {
  return Math.ceil((toMs - fromMs) / SHORTEST_DAY_MS) + versions;
}

/** Split evenly over its time at the versions' beginnings; at least one part. */
function partsByVersion(
  { tariff, laterTariffs = [] }: CreditPosition,
  { fromMs, toMs, wh }: TimedUse,
): { scheme: TariffScheme; part: TimedUse }[] {
  const parts: { scheme: TariffScheme; part: TimedUse }[] = [];
  let scheme = tariff;
  let startMs = fromMs;
  let split = 0;
  for (const later of laterTariffs) {
    const beginsMs = Date.parse(later.effectiveFrom);
    if (beginsMs >= toMs) break;
    if (beginsMs > startMs) {
      const until = shareOf(wh, beginsMs - fromMs, toMs - fromMs);
      parts.push({ scheme, part: { fromMs: startMs, toMs: beginsMs, wh: until - split } });
      startMs = beginsMs;
      split = until;
    }
    scheme = later.tariff;
  }
  return [...parts, { scheme, part: { fromMs: startMs, toMs, wh: wh - split } }];
}

function useUnder(scheme: TariffScheme, calendar: TariffCalendar, use: TimedUse): UseSince {
  const { costNano, whByRate } = rateUse(scheme, calendar, use);
  const prices = pricesOf(scheme);
  const rateIds = Object.keys(whByRate);
  const cheapest = Math.min(...rateIds.map((rateId) => prices.get(rateId) ?? 0));
  const isThinned = rateIds.length > 1 && use.toMs - use.fromMs <= THINNED_MS;
  const whByPrice = new Map<number, number>();
  for (const rateId of rateIds) {
    const price = dearestWithTax(scheme, isThinned ? cheapest : (prices.get(rateId) ?? 0));
    whByPrice.set(price, (whByPrice.get(price) ?? 0) + (whByRate[rateId] ?? 0));
  }
  const netNano = isThinned ? use.wh * cheapest : costNano;
  return { energyNano: withTax(scheme, netNano), whByPrice, whByPeriod: NO_PERIOD };
}

/** Rounded down: what the server will take at least. */
function withTax(scheme: Pick<TariffScheme, "taxPpm">, netNano: number): number {
  return netNano + taxNano(scheme, netNano, 0).taxNano;
}

/** Rounded up: what free energy can relieve at most. */
function dearestWithTax({ taxPpm }: TariffScheme, priceMicro: number): number {
  return Math.ceil((priceMicro * (PPM + taxPpm)) / PPM);
}

/** None where the use reaches across the beginning of a period. */
function periodOfUse(
  scheme: TariffScheme,
  { timeZone }: TariffCalendar,
  { fromMs, toMs, wh }: TimedUse,
): ReadonlyMap<string, number> {
  if (scheme.blocks === null) return NO_PERIOD;
  // An instant on a boundary belongs to the use that it ends.
  const first = blockPeriodOf(scheme, localDay(fromMs, timeZone));
  const last = blockPeriodOf(scheme, localDay(Math.max(fromMs, toMs - 1), timeZone));
  return first !== null && first === last ? new Map([[first, wh]]) : NO_PERIOD;
}

/** What a household can still use by now. */
export interface CreditEstimate {
  /** 10⁻⁶ of the major unit. */
  balanceMicro: number;
  freeWh: number;
  /**
   * The balance for the rules of credit and reminder, 10⁻⁶: while free energy is left nobody is cut, however little money there is,
   * and what it is worth at the cheapest rate counts beyond the limits.
   */
  usableMicro: number;
}

/**
 * The server's balance less what the use since costs: rates, blocks and tax, with the free energy on the dearest of it. What only
 * the server knows counts as nothing: new maxima of demand, standing charges, blocks of later versions, other gateways' circuits,
 * and on which use the free energy goes. So the estimate is never below the server's balance at the same registers, and above it by these
 * at most: they come with its next position, which follows every entry.
 * @throws MeterModelError "out-of-range"
 */
export function estimateCredit(position: CreditPosition, since: UseSince): CreditEstimate {
  const { settlement } = position;
  const open = settlement?.open ?? [];
  const used = [...since.whByPrice].map(([price, wh]) => ({ wh, costNano: wh * price }));
  const freeWhBefore = settlement?.freeWh ?? 0;
  const freedNano = dearestNano([...open, ...used], freeWhBefore) - (settlement?.openFreeNano ?? 0);
  const dueNano = since.energyNano - freedNano + surchargeNano(position, since);
  const balanceMicro = position.balanceMicro - takeMicro(dueNano).micro;
  const usedWh = [...open, ...used].reduce((sum, { wh }) => sum + wh, 0);
  const freeWh = Math.max(0, freeWhBefore - usedWh);
  return { balanceMicro, freeWh, usableMicro: usableMicro(position, balanceMicro, freeWh) };
}

/** The most that so much free energy can relieve. */
function dearestNano(uses: readonly { wh: number; costNano: number }[], freeWh: number): number {
  if (freeWh === 0) return 0;
  // What has no energy has no price either, and would stand anywhere.
  const dearestFirst = uses.filter(({ wh }) => wh > 0).sort((a, b) => b.costNano * a.wh - a.costNano * b.wh);
  let open = freeWh;
  let freedNano = 0;
  for (const { wh, costNano } of dearestFirst) {
    const taken = Math.min(open, wh);
    freedNano += taken === wh ? costNano : Math.ceil((costNano / wh) * taken);
    open -= taken;
  }
  return freedNano;
}

function surchargeNano({ tariff, settlement }: CreditPosition, { whByPeriod }: UseSince): number {
  const block = settlement?.block ?? null;
  if (block === null) return 0;
  const netNano = [...whByPeriod]
    .filter(([period]) => period >= block.period)
    .reduce((sum, [period, wh]) => {
      const whBefore = blockStartWh(tariff, block, period);
      return sum + blockSurchargeNano(tariff, whBefore, wh);
    }, 0);
  return withTax(tariff, netNano);
}

function usableMicro(
  { tariff, cutMicro, releaseMicro }: CreditPosition,
  balanceMicro: number,
  freeWh: number,
): number {
  if (freeWh === 0) return balanceMicro;
  const cheapest = Math.min(...tariff.rates.map((rate) => rate.priceMicroPerKWh));
  const worthMicro = Math.max(1, takeMicro(freeWh * cheapest).micro);
  return Math.max(balanceMicro, cutMicro, releaseMicro) + worthMicro;
}

/**
 * The same from registers alone. One that fell is a reset or a fault: nothing is charged for that step, as the server does not
 * charge it either until a person has looked. A circuit that the position does not know starts at its first point.
 * @throws MeterModelError "unknown-time-zone", "out-of-range"
 */
export function creditEstimateMicro(
  position: CreditPosition,
  uses: readonly CircuitUse[],
  calendar: TariffCalendar,
): number {
  let since = NOTHING_USED;
  for (const use of uses) {
    const register = position.registers.find((row) => row.circuitId === use.circuitId);
    const sorted = [...use.points].sort((a, b) => a.atMs - b.atMs || a.energyWh - b.energyWh);
    let last =
      register === undefined ? sorted[0] : { atMs: Date.parse(register.at), energyWh: register.energyWh };
    for (const point of sorted) {
      if (last === undefined || point.atMs <= last.atMs) continue;
      const wh = point.energyWh - last.energyWh;
      if (wh > 0)
        since = addUses(since, useSince(position, calendar, { fromMs: last.atMs, toMs: point.atMs, wh }));
      last = point;
    }
  }
  return estimateCredit(position, since).balanceMicro;
}
