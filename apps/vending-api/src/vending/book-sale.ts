import { createHash } from "node:crypto";
import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import { balancedPostings, type EntryAuthor, type LedgerEntry } from "../ledger/entry.ts";
import type { PaymentMethod } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { type Decision, ledgerOf } from "../ledger/ledger.ts";
import { creditCircuitOf } from "../network/credit-circuit.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import type { Site } from "../places/site.model.ts";
import { type PurchaseDeps, tellPurchase } from "./purchases.ts";

/** A sale that was made somewhere else: by a bank, another program, or on paper while the desk was without power. */
export interface ForeignSale {
  /** Of whoever made it: one sale of a site for ever. */
  reference: string;
  householdId: string;
  amountMinor: number;
  method: PaymentMethod;
  at: Date;
  note: string;
}

const REF_SPACE = "import";

/** Found at whatever site, so that the site is part of it. */
const refOf = (siteId: string, reference: string): string => `${siteId}:${reference}`;

function fingerprintOf({ householdId, amountMinor, method, at }: ForeignSale): string {
  return createHash("sha256")
    .update(JSON.stringify([householdId, amountMinor, method, at.getTime()]))
    .digest("hex");
}

/** What the reference has in the books; `differs` where that is another sale than this one. */
export async function findForeignSale(
  connection: Connection,
  siteId: string,
  sale: ForeignSale,
): Promise<{ entry: LedgerEntry; differs: boolean } | undefined> {
  const entry = await journalModel(connection)
    .findOne({ refSpace: REF_SPACE, ref: refOf(siteId, sale.reference), kind: "purchase" })
    .lean<LedgerEntry | null>();
  return entry ? { entry, differs: entry.requestHash !== fingerprintOf(sale) } : undefined;
}

/** Why this household cannot have sales from elsewhere; undefined where it can. */
export async function foreignSaleRefusal(
  connection: Connection,
  { _id, status }: Pick<Household, "_id" | "status">,
): Promise<"household-closed" | "credit-in-meter" | undefined> {
  if (status !== "open") return "household-closed";
  // Nobody knows whether the meter has it.
  return (await creditCircuitOf(connection, _id)) === undefined ? undefined : "credit-in-meter";
}

/**
 * Books a sale under its own reference, at no till; booked again it is the same entry. Rejects with `household-closed`,
 * `credit-in-meter`, or `idempotency-key-reused` where the reference has another sale.
 */
export async function bookForeignSale(
  deps: PurchaseDeps,
  site: Pick<Site, "_id" | "currency">,
  sale: ForeignSale,
  by: { author: EntryAuthor; importedBy: string; now: Date },
): Promise<LedgerEntry> {
  const { connection } = deps;
  const { _id: siteId, currency: commodity } = site;
  const { householdId, amountMinor: amount, method, at, note, reference } = sale;
  const { entry } = await ledgerOf(connection).post({
    siteId,
    householdId,
    refSpace: REF_SPACE,
    ref: refOf(siteId, reference),
    requestHash: fingerprintOf(sale),
    async decide(): Promise<Decision> {
      const household = await householdModel(connection).findById(householdId).lean<Household | null>();
      const code = household ? await foreignSaleRefusal(connection, household) : "household-closed";
      if (code) return { refuse: { code, detail: new ApiError(code).message }, at: by.now };
      return {
        accept: {
          kind: "purchase",
          at,
          by: by.author,
          note,
          postings: balancedPostings("purchase", { siteId, householdId, commodity, amount }, method),
          details: { method, reference, importedBy: by.importedBy },
        },
      };
    },
  });
  await tellPurchase(deps, entry);
  return entry;
}
