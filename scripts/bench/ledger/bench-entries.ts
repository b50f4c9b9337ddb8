import { newId } from "../../../apps/vending-api/src/db/model.ts";
import { balancedPostings, type EntryBody } from "../../../apps/vending-api/src/ledger/entry.ts";
import type { PostingRequest } from "../../../apps/vending-api/src/ledger/ledger.ts";

export const BENCH_SITE = "site-1";

/** A sale at the desk. */
export function purchaseBody(householdId: string, amount: number, at: Date): EntryBody {
  const movement = { siteId: BENCH_SITE, householdId, commodity: "CNY", amount };
  return {
    kind: "purchase",
    at,
    by: { id: "u1", name: "Sun Mei" },
    note: "",
    postings: balancedPostings("purchase", movement, "cash"),
    details: { method: "cash" },
  };
}

export function purchaseRequest(householdId: string): PostingRequest {
  const ref = newId();
  return {
    siteId: BENCH_SITE,
    householdId,
    refSpace: "request",
    ref,
    requestHash: ref,
    decide: () => ({ accept: purchaseBody(householdId, 5000, new Date()) }),
  };
}
