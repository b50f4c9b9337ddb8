import type { CreditPosition } from "../contract/gateway-config.ts";
import { localDay } from "../time/wall-clock.ts";
import { blockPeriodOf, blockStartWh, blockSurchargeNano } from "./blocks.ts";
import { rateUse, type TimedUse, takeMicro } from "./rate-use.ts";
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
  /** At the rates, 10⁻⁹. */
  energyNano: number;
  /** Wh by price, 10⁻⁶ per kWh. */
  whByPrice: Readonly<Record<number, number>>;
  /** Wh that certainly lie in one period of the blocks. */
  whByPeriod: Readonly<Record<string, number>>;
}

export const NOTHING_USED: UseSince = { energyNano: 0, whByPrice: {}, whByPeriod: {} };

export function addUses(a: UseSince, b: UseSince): UseSince {
  if (a === NOTHING_USED) return b;
  return {
    energyNano: a.energyNano + b.energyNano,
    whByPrice: sumByKey(a.whByPrice, b.whByPrice),
    whByPeriod: sumByKey(a.whByPeriod, b.whByPeriod),
  };
}

function sumByKey(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const sums = { ...a };
  for (const [key, wh] of Object.entries(b)) sums[key] = (sums[key] ?? 0) + wh;
  return sums;
}

/** Between two points no further apart the server may have had samples that are not kept here: `use-points.ts` of the gateway. */
const THINNED_MS = 15 * 60_000;

/**
 * A use between two points under the position's prices. Where the server may know better when it was used, what costs least is
 * taken: a cut is never too early, and too late by that use × the difference of two rates at most.
 * @throws MeterModelError "unknown-time-zone", "out-of-range"
 */
export function useSince(position: CreditPosition, calendar: TariffCalendar, use: TimedUse): UseSince {
  const { tariff, nextTariff } = position;
  const nextMs = nextTariff ? Date.parse(nextTariff.effectiveFrom) : Number.POSITIVE_INFINITY;
  if (!nextTariff || use.toMs <= nextMs) return useUnder(tariff, calendar, use);
  if (use.fromMs >= nextMs) return useUnder(nextTariff.tariff, calendar, use);
  const [now, next] = [tariff, nextTariff.tariff].map((scheme) => useUnder(scheme, calendar, use));
  return now && next && next.energyNano < now.energyNano ? next : (now ?? NOTHING_USED);
}

function useUnder(scheme: TariffScheme, calendar: TariffCalendar, use: TimedUse): UseSince {
  const { costNano, whByRate } = rateUse(scheme, calendar, use);
  const prices = new Map(scheme.rates.map((rate) => [rate.id, rate.priceMicroPerKWh]));
  const priceOf = (rateId: string) => prices.get(rateId) ?? 0;
  const rateIds = Object.keys(whByRate);
  const whByPeriod = periodOfUse(scheme, calendar, use);
  if (rateIds.length > 1 && use.toMs - use.fromMs <= THINNED_MS) {
    const cheapest = Math.min(...rateIds.map(priceOf));
    return { energyNano: use.wh * cheapest, whByPrice: { [cheapest]: use.wh }, whByPeriod };
  }
  const whByPrice: Record<number, number> = {};
  for (const [rateId, wh] of Object.entries(whByRate))
    whByPrice[priceOf(rateId)] = (whByPrice[priceOf(rateId)] ?? 0) + wh;
  return { energyNano: costNano, whByPrice, whByPeriod };
}

/** None where the use reaches across the beginning of a period. */
function periodOfUse(
  scheme: TariffScheme,
  { timeZone }: TariffCalendar,
  { fromMs, toMs, wh }: TimedUse,
): Record<string, number> {
  if (scheme.blocks === null) return {};
  // An instant on a boundary belongs to the use that it ends.
  const first = blockPeriodOf(scheme, localDay(fromMs, timeZone));
  const last = blockPeriodOf(scheme, localDay(Math.max(fromMs, toMs - 1), timeZone));
  return first !== null && first === last ? { [first]: wh } : {};
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
 * the server knows counts as nothing: new maxima of demand, standing charges, other gateways' circuits, and for which of several
 * circuits the free energy goes. So the estimate is never below the server's balance at the same registers, and above it by these
 * at most: they come with its next position, which follows every entry.
 * @throws MeterModelError "out-of-range"
 */
export function estimateCredit(position: CreditPosition, since: UseSince): CreditEstimate {
  const { tariff, settlement } = position;
  const open = settlement?.open ?? [];
  const used = Object.entries(since.whByPrice).map(([price, wh]) => ({ wh, costNano: wh * Number(price) }));
  const freeWhBefore = settlement?.freeWh ?? 0;
  const freedNano = dearestNano([...open, ...used], freeWhBefore) - (settlement?.openFreeNano ?? 0);
  const netNano = since.energyNano - freedNano + surchargeNano(position, since);
  const grossNano = netNano + taxNano(tariff, netNano, 0).taxNano;
  const balanceMicro = position.balanceMicro - takeMicro(grossNano).micro;
  const usedWh = [...open, ...used].reduce((sum, { wh }) => sum + wh, 0);
  const freeWh = Math.max(0, freeWhBefore - usedWh);
  return { balanceMicro, freeWh, usableMicro: usableMicro(position, balanceMicro, freeWh) };
}

/** The most that so much free energy can relieve. */
function dearestNano(uses: readonly { wh: number; costNano: number }[], freeWh: number): number {
  let open = freeWh;
  let freedNano = 0;
  for (const { wh, costNano } of [...uses].sort((a, b) => b.costNano * a.wh - a.costNano * b.wh)) {
    const taken = Math.min(open, wh);
    if (taken === 0) continue;
    freedNano += taken === wh ? costNano : Math.ceil((costNano / wh) * taken);
    open -= taken;
  }
  return freedNano;
}

function surchargeNano({ tariff, settlement }: CreditPosition, { whByPeriod }: UseSince): number {
  const block = settlement?.block ?? null;
  if (block === null) return 0;
  return Object.entries(whByPeriod)
    .filter(([period]) => period >= block.period)
    .reduce((sum, [period, wh]) => {
      const whBefore = blockStartWh(tariff, block, period);
      return sum + blockSurchargeNano(tariff, whBefore, wh);
    }, 0);
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
