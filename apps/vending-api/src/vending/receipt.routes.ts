import type { Connection } from "mongoose";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { claimKey } from "../db/claimed-key.ts";
import type { Deps } from "../deps.ts";
import { receiptPdf } from "../documents/receipt-pdf.ts";
import { ApiError } from "../errors.ts";
import { binary, binaryOf, created } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Unit, unitModel } from "../places/unit.model.ts";
import { amountOf, methodOf, receiptNumberOf } from "./present-purchase.ts";
import { findVoid } from "./purchases.ts";
import { countPrint, receiptPrintModel } from "./receipt-print.model.ts";
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

const receiptQuery = z.strictObject({
  copy: z
    .string()
    .regex(/^\d{1,5}$/, "Is no number of a copy")
    .transform(Number)
    .optional()
    .meta({ description: "A print that was counted; it says so on its face." }),
});

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
        const { _id: id, siteId } = await visiblePurchase(connection, params.id, caller);
        await claimKey(connection, request);
        const by = { id: caller.id, name: caller.name };
        const { copy, repeated } = await countPrint(connection, { id, siteId }, { by, at, key });
        if (!repeated)
          await recordAudit(deps, {
            request,
            siteId,
            action: "purchases.print",
            subject: { resource: "purchases", id },
            after: { copy },
          });
        return created({ copy });
      },
    }),
    route({
      method: "get",
      path: "/purchases/:id/receipt.pdf",
      tag: TAG,
      summary: "The receipt, in English and Chinese",
      access: "signed-in",
      query: receiptQuery,
      answers: { 200: binaryOf("application/pdf") },
      async handle({ params, caller, query: { copy = 0 } }) {
        const purchase = await visiblePurchase(connection, params.id, caller);
        const wasCounted = receiptPrintModel(connection).exists({ purchaseId: purchase._id, copy });
        if (copy > 0 && !(await wasCounted)) throw new ApiError("not-found", "This copy was never printed");
        const { bytes, fileName } = await receiptOf(connection, purchase, copy);
        return binary("application/pdf", bytes, fileName);
      },
    }),
  ];
}

async function receiptOf(connection: Connection, purchase: LedgerEntry, copy: number) {
  const [site, household, voided] = await Promise.all([
    siteOf(connection, purchase.siteId),
    householdModel(connection).findById(purchase.householdId).lean<Household | null>(),
    findVoid(connection, purchase),
  ]);
  const unit = household && (await unitModel(connection).findById(household.unitId).lean<Unit | null>());
  const receiptNumber = receiptNumberOf(purchase, site.timeZone);
  const bytes = await receiptPdf({
    siteName: site.name,
    receiptNumber,
    at: purchase.at,
    timeZone: site.timeZone,
    householdName: household?.name ?? "",
    unitName: unit?.name ?? "",
    amountMinor: amountOf(purchase),
    balanceAfterMinor: purchase.balanceAfter[site.currency] ?? 0,
    currency: site.currency,
    currencyDigits: site.currencyDigits,
    method: methodOf(purchase),
    cashier: purchase.by.name,
    note: purchase.note,
    entry: { seq: purchase.seq, hash: purchase.hash },
    voided: voided && { at: voided.at, by: voided.by.name, reason: voided.note },
    copy,
  });
  return { bytes, fileName: `receipt-${receiptNumber}${copy > 0 ? `-copy-${copy}` : ""}.pdf` };
}
