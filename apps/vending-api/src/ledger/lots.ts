import type { Commodity } from "./entry.ts";

/** What is left of one grant. Money in minor units, free energy in Wh. */
export type Lot = {
  grantId: string;
  commodity: Commodity;
  /** Above zero. */
  remaining: number;
  /** Use that began before this instant may take from it; RFC 3339 UTC, or null for ever. */
  expiresAt: string | null;
};

/** What one entry took from one grant. */
export type LotTake = { grantId: string; commodity: Commodity; amount: number };

/** Oldest-expiring first; of equal ones the one that came first. */
export function addLots(lots: readonly Lot[], brought: readonly Lot[]): Lot[] {
  return [...lots, ...brought].sort(byExpiry);
}

function byExpiry(a: Lot, b: Lot): number {
  if (a.expiresAt === b.expiresAt) return 0;
  if (a.expiresAt === null) return 1;
  return b.expiresAt === null || a.expiresAt < b.expiresAt ? -1 : 1;
}

/** Up to `most` of a commodity, oldest-expiring first, for a use that began at `usedFrom`. */
export function takeOldest(
  lots: readonly Lot[],
  wanted: { commodity: Commodity; most: number; usedFrom: string },
): LotTake[] {
  const takes: LotTake[] = [];
  let open = wanted.most;
  for (const { grantId, commodity, remaining, expiresAt } of lots) {
    if (open <= 0) break;
    if (commodity !== wanted.commodity || (expiresAt !== null && expiresAt <= wanted.usedFrom)) continue;
    const amount = Math.min(open, remaining);
    takes.push({ grantId, commodity, amount });
    open -= amount;
  }
  return takes;
}

/** Without what was taken; a lot that is used up disappears. Undefined when a take names no lot or more than it has. */
export function withoutTaken(lots: readonly Lot[], taken: readonly LotTake[]): Lot[] | undefined {
  let rest = [...lots];
  for (const { grantId, commodity, amount } of taken) {
    const lot = rest.find((row) => row.grantId === grantId && row.commodity === commodity);
    if (lot === undefined || amount <= 0 || amount > lot.remaining) return undefined;
    rest = rest.map((row) => (row === lot ? { ...row, remaining: row.remaining - amount } : row));
  }
  return rest.filter((lot) => lot.remaining > 0);
}

export function sumTaken(taken: readonly LotTake[]): number {
  return taken.reduce((sum, { amount }) => sum + amount, 0);
}

/** What all grants of a commodity have left. */
export function grantedLeft(lots: readonly Lot[], commodity: Commodity): number {
  return lots.reduce((sum, lot) => (lot.commodity === commodity ? sum + lot.remaining : sum), 0);
}

/** Before every expiry: a debt takes from any lot. */
const LONG_AGO = "";

/**
 * Grants first pay what is owed: where more is granted than the balance has, the oldest-expiring lots give the difference. So
 * nobody has a subsidy and a debt at once, and an expiry never makes a debt.
 */
export function coverDebts(lots: readonly Lot[], balance: Readonly<Record<Commodity, number>>): Lot[] {
  let rest = [...lots];
  for (const commodity of new Set(lots.map((lot) => lot.commodity))) {
    const uncovered = grantedLeft(rest, commodity) - Math.max(0, balance[commodity] ?? 0);
    if (uncovered <= 0) continue;
    rest = withoutTaken(rest, takeOldest(rest, { commodity, most: uncovered, usedFrom: LONG_AGO })) ?? [];
  }
  return rest;
}

/** Lots that no use from `at` on may take from. */
export function expiredLots(lots: readonly Lot[], at: Date): Lot[] {
  const instant = at.toISOString();
  return lots.filter(({ expiresAt }) => expiresAt !== null && expiresAt <= instant);
}

/** What the expiry of these lots, or the reversal of their grants, takes: all that is left of them. */
export function takeWhole(lots: readonly Lot[]): LotTake[] {
  return lots.map(({ grantId, commodity, remaining }) => ({ grantId, commodity, amount: remaining }));
}
