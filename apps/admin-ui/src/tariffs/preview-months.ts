import type { TariffPreview } from "./rows.ts";

/** A local month, or as much of it as is over. */
export interface MonthSpan {
  month: string;
  /** Local days, both included. */
  from: string;
  to: string;
}

/** The month of `today` so far and those before it, the oldest first. Blocks count from zero at the first of a month. */
export function lastMonths(today: string, count: number): MonthSpan[] {
  const [year = 0, month = 1] = today.split("-").map(Number);
  return Array.from({ length: count }, (_, index) => {
    const first = new Date(Date.UTC(year, month - 1 - (count - 1 - index), 1));
    const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0));
    const from = first.toISOString().slice(0, 10);
    const end = last.toISOString().slice(0, 10);
    return { month: from.slice(0, 7), from, to: end < today ? end : today };
  });
}

/** One hour of the week over all months: what it costs more, 10⁻⁹ of the major unit. */
export function riseByHour(previews: readonly TariffPreview[]): number[] {
  return Array.from({ length: 168 }, (_, hour) =>
    previews.reduce((sum, { hoursOfWeek }) => {
      const row = hoursOfWeek[hour];
      return row === undefined ? sum : sum + row.proposedNano - row.inForceNano;
    }, 0),
  );
}

export function usedWh(previews: readonly TariffPreview[]): number {
  return previews.reduce(
    (sum, { inForce }) => sum + inForce.cost.rates.reduce((wh, rate) => wh + rate.wh, 0),
    0,
  );
}
