import { createHash } from "node:crypto";
import { canonicalJson } from "../http/request-hash.ts";
import { balancedPostings, type EntryBody, type JsonValue } from "../ledger/entry.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type Accrual, usageRef } from "./accrual.ts";

/** Who posts usage entries. */
export const RATING_AUTHOR = { id: "rating", name: "Rating" } as const;

/**
 * Posts the entry of a closed accrual, once for ever. Nothing is posted where nobody pays or nothing was used. Rejects as
 * `Ledger.post` does; `idempotency-key-reused` would mean that the day was posted with another amount.
 */
export async function postUsage(ledger: Ledger, accrual: Accrual, now: Date): Promise<void> {
  const { householdId, siteId } = accrual;
  if (householdId === null || accrual.lastWh === accrual.fromWh) return;
  const body = usageBody(accrual, householdId, now);
  const requestHash = createHash("sha256").update(canonicalJson(body.details)).digest("hex");
  await ledger.post({
    siteId,
    householdId,
    refSpace: "rating",
    ref: usageRef(accrual),
    requestHash,
    decide: () => ({ accept: body }),
  });
}

function usageBody(accrual: Accrual, householdId: string, now: Date): EntryBody {
  const amountMinor = accrual.amountMinor ?? 0;
  return {
    kind: "usage",
    at: now,
    by: RATING_AUTHOR,
    note: "",
    postings: balancedPostings("usage", {
      siteId: accrual.siteId,
      householdId,
      commodity: accrual.currency,
      amount: amountMinor === 0 ? 0 : -amountMinor,
    }),
    details: usageDetails(accrual),
  };
}

/** Enough to reckon the amount again without any other document. */
function usageDetails(accrual: Accrual): Record<string, JsonValue> {
  return {
    circuitId: accrual.circuitId,
    day: accrual.day,
    part: accrual.part,
    fromAt: accrual.fromAt.toISOString(),
    toAt: accrual.lastAt.toISOString(),
    fromWh: accrual.fromWh,
    toWh: accrual.lastWh,
    whByRate: accrual.whByRate,
    tariffId: accrual.tariffId,
    costNano: accrual.costNano,
    carryInNano: accrual.carryInNano,
    carryOutNano: accrual.carryOutNano,
    nanoPerMinor: accrual.nanoPerMinor,
  };
}
