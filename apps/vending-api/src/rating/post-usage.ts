import { createHash } from "node:crypto";
import { canonicalJson } from "../http/request-hash.ts";
import type { EntryBody, JsonValue } from "../ledger/entry.ts";
import type { Decision, Ledger } from "../ledger/ledger.ts";
import { type RatedUse, settleUse, usagePostings } from "../ledger/settle-use.ts";
import { type Accrual, chargedWh, usageRef } from "./accrual.ts";

/** Who posts usage entries. */
export const RATING_AUTHOR = { id: "rating", name: "Rating" } as const;

/** Where the references of what is rated are unique. */
export const RATING_SPACE = "rating" as const;

/** One usage entry to be: whose it is, what was used, and from where it came. */
export interface UsageEntry {
  siteId: string;
  householdId: string;
  /** One outcome for ever. */
  ref: string;
  use: RatedUse;
  /** Enough, with the use, to reckon the amount again without any other document. */
  source: { readonly [key: string]: JsonValue };
}

/**
 * Posts the entry of a closed accrual, once for ever. Nothing is posted where nobody pays or nothing was used. Rejects as
 * `Ledger.post` does; `idempotency-key-reused` would mean that the accrual was posted with another use.
 */
export async function postUsage(ledger: Ledger, accrual: Accrual, now: Date): Promise<void> {
  const entry = usageEntryOf(accrual);
  if (entry !== undefined) await postUse(ledger, entry, now);
}

/** Settles a use behind whatever the household's chain has by then: free energy, blocks, tax and remainder are decided there. */
export async function postUse(
  ledger: Ledger,
  { use, source, ...whose }: UsageEntry,
  now: Date,
): Promise<void> {
  const asked = { ...source, ...use };
  const { siteId, householdId, ref } = whose;
  await ledger.post({
    siteId,
    householdId,
    refSpace: RATING_SPACE,
    ref,
    requestHash: createHash("sha256").update(canonicalJson(asked)).digest("hex"),
    decide({ state }): Decision {
      const settlement = settleUse(use, state);
      const body: EntryBody = {
        kind: "usage",
        at: now,
        by: RATING_AUTHOR,
        note: "",
        postings: usagePostings(whose, use, settlement),
        details: { ...asked, ...settlement },
      };
      return { accept: body };
    },
  });
}

/** What the ledger gets of an accrual; undefined where nobody pays or nothing was used. */
export function usageEntryOf(accrual: Accrual): UsageEntry | undefined {
  const { siteId, householdId } = accrual;
  const use = ratedUseOf(accrual);
  if (householdId === null || use === undefined) return undefined;
  const source = {
    circuitId: accrual.circuitId,
    day: accrual.day,
    part: accrual.part,
    fromAt: accrual.fromAt.toISOString(),
    toAt: accrual.lastAt.toISOString(),
    fromWh: accrual.fromWh,
    toWh: accrual.lastWh,
    whByRate: accrual.whByRate,
    tariffId: accrual.tariffId,
    versionNumber: accrual.versionNumber,
  };
  return { siteId, householdId, ref: usageRef(accrual), use, source };
}

export function ratedUseOf(accrual: Accrual): RatedUse | undefined {
  const { terms, costNano, demandNano, blockPeriod, nanoPerMinor, currency } = accrual;
  const wh = chargedWh(accrual);
  if (terms === null || (wh === 0 && demandNano === 0)) return undefined;
  const usedFrom = accrual.fromAt.toISOString();
  return {
    usedFrom,
    wh,
    energyNano: costNano,
    fixedNano: demandNano,
    blockPeriod,
    terms,
    nanoPerMinor,
    currency,
  };
}
