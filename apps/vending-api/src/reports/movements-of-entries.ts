import type { MovementFacts } from "../documents/kinds/account-movements.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { FREE_ENERGY } from "../ledger/entry-kinds.ts";
import { receiptNumberOf } from "../vending/present-purchase.ts";
import { effectOf } from "./use-of-entries.ts";

/** Everything but use, as a statement lists it; the entries must be in the ledger's order. */
export function movementsOf(
  entries: readonly LedgerEntry[],
  { currency, timeZone }: { currency: string; timeZone: string },
): MovementFacts[] {
  return entries
    .filter(({ kind }) => kind !== "usage")
    .map((entry) => ({
      at: entry.at.toISOString(),
      kind: entry.kind,
      number: entry.kind === "purchase" ? receiptNumberOf(entry, timeZone) : "",
      method: typeof entry.details.method === "string" ? entry.details.method : "",
      note: entry.note,
      amountMinor: effectOf(entry, currency),
      freeWh: effectOf(entry, FREE_ENERGY),
    }));
}
