import type { SalesRow, SubsidyRow } from "./rows.ts";

/** One pile of the picture: its name and a value for each category. */
export interface Pile {
  key: string;
  values: number[];
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];

const DAY_MS = 86_400_000;

/** Every local day of a period, those without anything included: a gap must look like one. */
export function daysOf({ from, to }: { from: string; to: string }): string[] {
  const days: string[] = [];
  const end = Date.parse(`${to}T00:00:00Z`);
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= end; at += DAY_MS)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

/** What was sold a day, by method; the largest at the bottom. */
export function salesPiles(rows: readonly SalesRow[], days: readonly string[]): Pile[] {
  const methods = distinct(rows.map(({ method }) => method ?? ""));
  const piles = methods.map((key) => ({
    key,
    values: days.map((day) =>
      rows
        .filter((row) => row.day === day && (row.method ?? "") === key)
        .reduce((sum, { netMinor }) => sum + netMinor, 0),
    ),
  }));
  const total = ({ values }: Pile) => values.reduce((sum, value) => sum + value, 0);
  return piles.sort((a, b) => total(b) - total(a));
}

/** What became of the grants of each month, of one commodity; what is left is neither used, expired nor taken back. */
export function subsidyPiles(
  rows: readonly SubsidyRow[],
  commodity: string,
): { months: string[]; piles: Pile[] } {
  const own = rows.filter((row) => row.commodity === commodity);
  const months = distinct(own.map(({ month }) => month)).sort();
  const sumOf = (month: string, part: (row: SubsidyRow) => number) =>
    own.filter((row) => row.month === month).reduce((sum, row) => sum + part(row), 0);
  const parts: Record<string, (row: SubsidyRow) => number> = {
    used: ({ used }) => used,
    left: leftOf,
    expired: ({ expired }) => expired,
    reversed: ({ reversed }) => reversed,
  };
  return {
    months,
    piles: Object.entries(parts).map(([key, part]) => ({
      key,
      values: months.map((month) => sumOf(month, part)),
    })),
  };
}

export const leftOf = ({
  given,
  used,
  expired,
  reversed,
}: Pick<SubsidyRow, "given" | "used" | "expired" | "reversed">): number => given - used - expired - reversed;

/** Bounds of the picture of balances, in the currency's major unit. */
const BAND_BOUNDS = [0, 5, 20, 50, 100] as const;

export interface BalanceBand {
  /** Included; null: no lower bound. */
  fromMinor: number | null;
  /** Not included; null: no upper bound. */
  belowMinor: number | null;
  households: number;
}

/** How many households have how much. */
export function balanceBands(
  rows: readonly { balanceMinor: number }[],
  currencyDigits: number,
): BalanceBand[] {
  const bounds = [null, ...BAND_BOUNDS.map((major) => major * 10 ** currencyDigits), null];
  return bounds.slice(1).map((belowMinor, at) => {
    const fromMinor = bounds[at] ?? null;
    const isIn = ({ balanceMinor }: { balanceMinor: number }) =>
      (fromMinor === null || balanceMinor >= fromMinor) && (belowMinor === null || balanceMinor < belowMinor);
    return { fromMinor, belowMinor, households: rows.filter(isIn).length };
  });
}
