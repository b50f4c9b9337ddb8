import type { SaleAsk } from "../data/data-provider.ts";

/** A sale that was sent and has no answer yet. It outlives a reload of the page: only the server knows how it ended. */
export interface PendingSale {
  idempotencyKey: string;
  sale: SaleAsk;
  householdName: string;
}

const STORAGE_KEY = "hallmeter.pending-sale";

export type SaleStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function readPendingSale(storage: SaleStorage): PendingSale | null {
  const stored = storage.getItem(STORAGE_KEY);
  if (stored === null) return null;
  try {
    const pending = JSON.parse(stored) as Partial<PendingSale> | null;
    const isWhole =
      typeof pending?.idempotencyKey === "string" &&
      typeof pending.sale?.householdId === "string" &&
      Number.isSafeInteger(pending.sale.amountMinor);
    return isWhole ? (pending as PendingSale) : null;
  } catch {
    return null;
  }
}

export const keepPendingSale = (storage: SaleStorage, pending: PendingSale): void =>
  storage.setItem(STORAGE_KEY, JSON.stringify(pending));

export const forgetPendingSale = (storage: SaleStorage): void => storage.removeItem(STORAGE_KEY);
