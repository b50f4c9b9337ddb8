import type { CreditPosition } from "../contract/gateway-config.ts";
import { rateUse, takeMicro } from "./rate-use.ts";
import type { TariffScheme } from "./scheme.ts";
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

/**
 * Cost of what was used from the base on, in 10⁻⁹. A register that fell is a reset or a fault: nothing is charged for that
 * step, as the server does not charge it either until a person has looked.
 */
function useSinceNano(
  tariff: TariffScheme,
  calendar: TariffCalendar,
  base: EnergyPoint,
  points: readonly EnergyPoint[],
): number {
  let last = base;
  let costNano = 0;
  for (const point of points) {
    if (point.energyWh > last.energyWh)
      costNano += rateUse(tariff, calendar, {
        fromMs: last.atMs,
        toMs: point.atMs,
        wh: point.energyWh - last.energyWh,
      }).costNano;
    last = point;
  }
  return costNano;
}

/**
 * What a household can still use, in 10⁻⁶ of the major unit: the server's balance less the rated use of its circuits since
 * the registers that the server had charged. A circuit that the position does not know starts at its first point.
 * Fractions of a micro-unit are not yet charged.
 * @throws MeterModelError "unknown-time-zone", "out-of-range"
 */
export function creditEstimateMicro(
  position: CreditPosition,
  uses: readonly CircuitUse[],
  calendar: TariffCalendar,
): number {
  let costNano = 0;
  for (const use of uses) {
    const register = position.registers.find((row) => row.circuitId === use.circuitId);
    const sorted = [...use.points].sort((a, b) => a.atMs - b.atMs || a.energyWh - b.energyWh);
    const base =
      register === undefined ? sorted[0] : { atMs: Date.parse(register.at), energyWh: register.energyWh };
    if (base === undefined) continue;
    const newer = sorted.filter((point) => point.atMs > base.atMs);
    costNano += useSinceNano(position.tariff, calendar, base, newer);
  }
  return position.balanceMicro - takeMicro(costNano).micro;
}
