import { idSchema, instantSchema, localDay, SALE_CODES, saleCodeSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import type { CardLoad, LoadState } from "../cards/card-load.model.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { PURCHASE_METHOD_NAMES, type PurchaseMethod } from "../ledger/entry-kinds.ts";
import type { Delivery } from "../network/delivery.model.ts";
import type { Site } from "../places/site.model.ts";

export const purchaseAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    householdId: idSchema,
    amountMinor: z.int(),
    currency: z.string(),
    method: z.enum(PURCHASE_METHOD_NAMES),
    note: z.string(),
    at: instantSchema,
    cashier: z.string(),
    balanceAfterMinor: z.int().meta({ description: "Of the ledger, right after this purchase." }),
    delivery: z.enum(["server", "pending", "written", "unknown", "failed", "on-card", "returned"]).meta({
      description:
        "server: the credit lives here, nothing has to reach a meter. on-card: the household's card carries it, as far as " +
        "anybody knows; written: its meter has it; returned: the card brought it back.",
    }),
    deliveryCode: saleCodeSchema.optional().meta({ description: "Why it is not in the meter." }),
    deliveryAdvice: z
      .string()
      .optional()
      .meta({ description: "The same in a sentence, with what staff do about it." }),
    shiftId: idSchema.optional().meta({ description: "The till shift that it was sold in." }),
    receiptNumber: z.string(),
    ref: z.string(),
    voidedAt: instantSchema.optional(),
    voidedBy: z.string().optional(),
    voidReason: z.string().optional(),
  })
  .meta({ id: "Purchase" });

/** Day of sale and the beginning of the entry's hash: needs no counter, and shows when it was tampered with. */
export function receiptNumberOf(entry: LedgerEntry, timeZone: string): string {
  const day = localDay(entry.at.getTime(), timeZone).replaceAll("-", "");
  return `${day}-${entry.hash.slice(0, 8).toUpperCase()}`;
}

export function methodOf(entry: LedgerEntry): PurchaseMethod {
  const { method } = entry.details;
  const known = PURCHASE_METHOD_NAMES.find((name) => name === method);
  if (known === undefined) throw new RangeError(`purchase ${entry._id} has no method of payment`);
  return known;
}

export function amountOf(entry: LedgerEntry): number {
  const leg = entry.postings.find((posting) => posting.account === entry.account);
  return leg?.amount ?? 0;
}

/** What became of a purchase since. */
export interface PurchaseFate {
  voided?: LedgerEntry | undefined;
  /** On its way through a bus. */
  delivery?: Delivery | undefined;
  /** On its way by card. */
  load?: CardLoad | undefined;
}

const BY_CARD = {
  carried: "on-card",
  taken: "written",
  returned: "returned",
} as const satisfies Record<LoadState, string>;

function deliveryOf({ details }: LedgerEntry, { delivery, load }: PurchaseFate) {
  // In the books as bound for a card or a meter, and cut off before that was written: it is on its way.
  if (typeof details.cardId === "string") return BY_CARD[load?.state ?? "carried"];
  return delivery?.state ?? (typeof details.circuitId === "string" ? "pending" : "server");
}

export function presentPurchase(
  entry: LedgerEntry,
  site: Pick<Site, "currency" | "timeZone">,
  { voided, delivery, load }: PurchaseFate = {},
): z.input<typeof purchaseAnswer> {
  return {
    id: entry._id,
    siteId: entry.siteId,
    householdId: entry.householdId,
    amountMinor: amountOf(entry),
    currency: site.currency,
    method: methodOf(entry),
    note: entry.note,
    at: entry.at.toISOString(),
    cashier: entry.by.name,
    balanceAfterMinor: entry.balanceAfter[site.currency] ?? 0,
    delivery: deliveryOf(entry, { delivery, load }),
    ...(delivery?.code ? { deliveryCode: delivery.code, deliveryAdvice: SALE_CODES[delivery.code] } : {}),
    ...(typeof entry.details.shiftId === "string" ? { shiftId: entry.details.shiftId } : {}),
    receiptNumber: receiptNumberOf(entry, site.timeZone),
    ref: entry.ref,
    ...(voided
      ? { voidedAt: voided.at.toISOString(), voidedBy: voided.by.name, voidReason: voided.note }
      : {}),
  };
}
