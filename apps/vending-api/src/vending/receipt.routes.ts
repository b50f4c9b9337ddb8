import type { Connection } from "mongoose";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { claimKey } from "../db/claimed-key.ts";
import type { Deps } from "../deps.ts";
import { countPrint, requirePrint } from "../documents/document-print.model.ts";
import { issueDocument } from "../documents/issue-document.ts";
import type { ReceiptFacts } from "../documents/kinds/receipt.ts";
import { printIssued, printQuery, type Withdrawn } from "../documents/print-issued.ts";
import { binary, binaryOf, created } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { documentLanguageOf } from "../places/site.model.ts";
import { type Unit, unitModel } from "../places/unit.model.ts";
import { amountOf, methodOf, receiptNumberOf } from "./present-purchase.ts";
import { findVoid } from "./purchases.ts";
import { siteOf, visiblePurchase } from "./visible-purchase.ts";

const TAG = "Vending";
const SELLERS = { roles: ["administrator", "property-manager", "campus-admin"] } as const;

const printAnswer = z
  .object({
    copy: z
      .int()
      .meta({ description: "0 is the receipt itself; every later print is a copy with its number." }),
  })
  .meta({ id: "ReceiptPrint" });

export function receiptRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  return [
    route({
      method: "post",
      path: "/purchases/:id/prints",
      tag: TAG,
      summary: "Count a print of the receipt; from the second on it is a copy",
      access: SELLERS,
      idempotencyKey: "required",
      answers: { 201: printAnswer },
      async handle(request) {
        const { params, caller, idempotencyKey: key, now: at } = request;
        const purchase = await visiblePurchase(connection, params.id, caller);
        await claimKey(connection, request);
        const by = { id: caller.id, name: caller.name };
        const receipt = await issueReceipt(connection, purchase, by, at);
        const { copy, repeated } = await countPrint(connection, receipt, { by, at, key });
        if (!repeated)
          await recordAudit(deps, {
            request,
            siteId: purchase.siteId,
            action: "purchases.print",
            subject: { resource: "purchases", id: purchase._id },
            after: { copy },
          });
        return created({ copy });
      },
    }),
    route({
      method: "get",
      path: "/purchases/:id/receipt.pdf",
      tag: TAG,
      summary: "The receipt",
      description:
        "The first to ask gives it its number. Byte for byte the same for the same language, paper and copy.",
      access: "signed-in",
      query: printQuery,
      answers: { 200: binaryOf("application/pdf") },
      problems: ["too-many-documents"],
      async handle({ params, caller, query, now }) {
        const purchase = await visiblePurchase(connection, params.id, caller);
        const by = { id: caller.id, name: caller.name };
        const receipt = await issueReceipt(connection, purchase, by, now);
        await requirePrint(connection, receipt, query.copy ?? 0);
        const withdrawn = await withdrawnSale(connection, purchase);
        const siteLanguage = await documentLanguageOf(connection, receipt.siteId);
        const { bytes, fileName } = await printIssued(receipt, query, siteLanguage, withdrawn);
        return binary("application/pdf", bytes, fileName);
      },
    }),
  ];
}

function issueReceipt(
  connection: Connection,
  purchase: LedgerEntry,
  issuedBy: { id: string; name: string },
  now: Date,
) {
  const { _id: subjectId, siteId } = purchase;
  const facts = () => receiptFactsOf(connection, purchase);
  return issueDocument(connection, { siteId, kind: "receipt", subjectId, issuedBy, now, facts });
}

async function receiptFactsOf(connection: Connection, purchase: LedgerEntry): Promise<ReceiptFacts> {
  const [site, household] = await Promise.all([
    siteOf(connection, purchase.siteId),
    householdModel(connection).findById(purchase.householdId).lean<Household | null>(),
  ]);
  const unit = household && (await unitModel(connection).findById(household.unitId).lean<Unit | null>());
  return {
    siteName: site.name,
    timeZone: site.timeZone,
    currency: site.currency,
    currencyDigits: site.currencyDigits,
    saleNumber: receiptNumberOf(purchase, site.timeZone),
    at: purchase.at.toISOString(),
    householdName: household?.name ?? "",
    unitName: unit?.name ?? "",
    amountMinor: amountOf(purchase),
    balanceAfterMinor: purchase.balanceAfter[site.currency] ?? 0,
    method: methodOf(purchase),
    cashier: purchase.by.name,
    note: purchase.note,
    entry: { seq: purchase.seq, hash: purchase.hash },
  };
}

async function withdrawnSale(connection: Connection, purchase: LedgerEntry): Promise<Withdrawn | null> {
  const voided = await findVoid(connection, purchase);
  return voided && { at: voided.at, by: voided.by.name, reason: voided.note };
}

/** What took the purchase with this id back; null when nothing did. */
export async function withdrawnSaleOf(connection: Connection, purchaseId: string): Promise<Withdrawn | null> {
  const purchase = await journalModel(connection).findById(purchaseId).lean<LedgerEntry | null>();
  return purchase && withdrawnSale(connection, purchase);
}
