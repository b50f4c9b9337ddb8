import type { Connection } from "mongoose";
import { type CardLoad, cardLoadModel } from "../cards/card-load.model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { balancedPostings, householdAccount, type LedgerEntry, reversedPostings } from "../ledger/entry.ts";
import type { PaymentMethod, PurchaseMethod } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { type Decision, ledgerOf, type Outcome } from "../ledger/ledger.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import { creditCircuitOf } from "../network/credit-circuit.ts";
import { deliverPurchase, findDeliveries } from "../network/deliveries.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { withinShift } from "../tills/shift-entry.ts";
import { storedTills } from "../tills/till-books.ts";
import { type TillShift, tillShiftModel } from "../tills/till-shift.model.ts";
import { amountOf, methodOf } from "./present-purchase.ts";
import { tellMoneyMoved } from "./tell-money-moved.ts";
import { siteOf } from "./visible-purchase.ts";

/** 100,000.00 of a currency with two digits: more is a mistake of the hand. */
export const MOST_PURCHASE_MINOR = 10_000_000;
/** Where it was sold at no till: the longest working day. Range 1–24 h. */
const VOID_WINDOW_MS = 12 * 3_600_000;

/** A delivery is made within a second of its purchase; what is missing later was cut off. Range 1–7 days. */
const FORGOTTEN_WITHIN_MS = 2 * 86_400_000;

export type PurchaseDeps = Pick<Deps, "connection" | "clock" | "changes" | "profiles">;

/**
 * Sells credit: one entry, in the seller's open shift if there is one, then the news to the household's gateways. Rejects as
 * `Ledger.post` does, with `household-closed` or `no-open-shift` remembered under the key. `site` is the one it was sold by.
 */
export async function sellCredit(
  deps: PurchaseDeps,
  sale: {
    siteId: string;
    householdId: string;
    amountMinor: number;
    method: PaymentMethod;
    note: string;
    /** What else the entry keeps where a card takes the credit to the meter; decided behind all that the journal has. */
    cardDetails?: () => Promise<LedgerEntry["details"]>;
  },
  request: MoneyRequest,
): Promise<Outcome & { site: Site }> {
  const { connection } = deps;
  const { siteId, householdId, amountMinor, method, note, cardDetails } = sale;
  const seller = { siteId, personId: request.by.id };
  // On its way while the shift is asked for: each answer of the store that a sale waits for is felt at the desk.
  const siteRead = siteOf(connection, siteId);
  const posting = withinShift(storedTills(connection), seller, householdId, request, (shiftId) =>
    ledgerOf(connection).post({
      ...identityOf(siteId, householdId, request),
      readsJournal: cardDetails !== undefined,
      async decide(): Promise<Decision> {
        const [{ currency, tillsRequired }, household, whereto] = await Promise.all([
          siteRead,
          householdModel(connection).findById(householdId).lean<Household | null>(),
          cardDetails?.() ?? meterDetails(connection, householdId),
        ]);
        if (household?.status !== "open") return refusal("household-closed", "", request);
        if (shiftId === undefined && tillsRequired) return refusal("no-open-shift", "", request);
        const movement = { siteId, householdId, commodity: currency, amount: amountMinor };
        return {
          accept: {
            kind: "purchase",
            at: request.now,
            by: request.by,
            note,
            postings: balancedPostings("purchase", movement, method),
            // Where the credit goes stands in the books: what follows from it can be done again after a crash.
            details: {
              method,
              ...whereto,
              ...(shiftId === undefined ? {} : { shiftId }),
            },
          },
        };
      },
    }),
  );
  const [site, outcome] = await Promise.all([siteRead, posting]);
  await deliver(deps, outcome.entry);
  await tellPurchase(deps, outcome.entry);
  return { ...outcome, site };
}

async function meterDetails(connection: Connection, householdId: string): Promise<LedgerEntry["details"]> {
  const circuit = await creditCircuitOf(connection, householdId);
  return circuit === undefined ? {} : { circuitId: circuit._id };
}

/** On its way into the meter, where the household's credit lives there. */
export async function deliver(deps: PurchaseDeps, entry: LedgerEntry): Promise<void> {
  const { _id: id, siteId, householdId, at } = entry;
  const { circuitId } = entry.details;
  if (typeof circuitId !== "string") return;
  await deliverPurchase(deps, { id, siteId, householdId, circuitId, amountMinor: amountOf(entry), at });
}

/** Purchases of the last days that a crash cut off between the books and their delivery. */
export async function deliverForgotten(deps: PurchaseDeps, now: Date): Promise<void> {
  const since = new Date(now.getTime() - FORGOTTEN_WITHIN_MS);
  const siteIds: string[] = await siteModel(deps.connection).distinct("_id");
  const purchases = await journalModel(deps.connection)
    .find({
      siteId: { $in: siteIds },
      kind: "purchase",
      at: { $gte: since },
      "details.circuitId": { $exists: true },
    })
    .lean<LedgerEntry[]>();
  const known = await findDeliveries(
    deps.connection,
    purchases.map(({ _id }) => _id),
  );
  for (const entry of purchases) if (!known.has(entry._id)) await deliver(deps, entry);
}

/**
 * Takes a purchase back by an entry of its own: while its shift is open, out of the till that took the money; sold at no till,
 * within 12 hours. What was used meanwhile stays owed: the balance may fall below zero, and the
 * cut follows from that. Rejects with `already-voided`, `void-window-over`, or, where the credit went into a meter that has not
 * proved that it credited nothing, `sale-not-settled` or `credit-in-meter`, remembered under the key.
 */
export async function voidPurchase(
  deps: PurchaseDeps,
  purchase: LedgerEntry,
  reason: string,
  request: MoneyRequest,
): Promise<LedgerEntry> {
  const { connection } = deps;
  const { siteId, householdId } = purchase;
  const { shiftId } = purchase.details;
  const post = (openShiftId: string | undefined) =>
    ledgerOf(connection).post({
      ...identityOf(siteId, householdId, request),
      readsJournal: true,
      async decide(): Promise<Decision> {
        if (await findVoid(connection, purchase)) return refusal("already-voided", "", request);
        const household = await householdModel(connection).findById(householdId).lean<Household | null>();
        if (household?.status !== "open") return refusal("household-closed", "", request);
        const tooLate = voidRefusal(purchase, openShiftId !== undefined, request.now);
        if (tooLate) return refusal("void-window-over", tooLate, request);
        const inMeter = await meterRefusal(connection, purchase);
        if (inMeter) return refusal(inMeter, "", request);
        return {
          accept: {
            kind: "void",
            at: request.now,
            by: request.by,
            note: reason,
            postings: reversedPostings(purchase.postings),
            details: {
              purchaseId: purchase._id,
              method: methodOf(purchase),
              ...(openShiftId === undefined ? {} : { shiftId: openShiftId }),
            },
          },
        };
      },
    });
  const { entry } =
    typeof shiftId === "string"
      ? await withinShift(storedTills(connection), { shiftId }, householdId, request, post)
      : await post(undefined);
  await tellPurchase(deps, entry);
  return entry;
}

/** Why it cannot be voided any more, in a sentence. */
export function voidRefusal(
  { details, at }: LedgerEntry,
  isShiftOpen: boolean,
  now: Date,
): string | undefined {
  if (details.method === ("provider" satisfies PurchaseMethod))
    return "Paid through a provider: pay it back there, or ask for an adjustment";
  if (typeof details.shiftId === "string")
    return isShiftOpen ? undefined : "The shift of this purchase is closed; ask for an adjustment";
  const isOver = now.getTime() - at.getTime() > VOID_WINDOW_MS;
  return isOver ? "A purchase can be voided within 12 hours" : undefined;
}

/** Whether the desk may still void it, as far as time and till go. */
export async function isVoidable(connection: Connection, purchase: LedgerEntry, now: Date): Promise<boolean> {
  const { shiftId } = purchase.details;
  const shift =
    typeof shiftId === "string"
      ? await tillShiftModel(connection).findById(shiftId).lean<TillShift | null>()
      : null;
  return voidRefusal(purchase, shift?.state === "open", now) === undefined;
}

/** A meter gives nothing back: only what it has not credited, or what a person has looked into, is taken back. */
export async function meterRefusal(
  connection: Connection,
  { _id: id, details }: LedgerEntry,
): Promise<"credit-in-meter" | "sale-not-settled" | undefined> {
  if (typeof details.cardId === "string") return cardRefusal(connection, id);
  if (typeof details.circuitId !== "string") return undefined;
  const delivery = (await findDeliveries(connection, [id])).get(id);
  if (delivery?.state === "written") return "credit-in-meter";
  return delivery?.isFinal ? undefined : "sale-not-settled";
}

/** What a card carries is out of reach until it was brought back with it. */
async function cardRefusal(
  connection: Connection,
  purchaseId: string,
): Promise<"credit-in-meter" | "sale-not-settled" | undefined> {
  const load = await cardLoadModel(connection).findById(purchaseId).lean<CardLoad | null>();
  if (load?.state === "returned") return undefined;
  return load?.state === "taken" ? "credit-in-meter" : "sale-not-settled";
}

function identityOf(siteId: string, householdId: string, { idempotencyKey, requestHash }: MoneyRequest) {
  return { siteId, householdId, refSpace: "request", ref: idempotencyKey, requestHash } as const;
}

function refusal(
  code: ConstructorParameters<typeof ApiError>[0],
  detail: string,
  { now }: MoneyRequest,
): Decision {
  return { refuse: { code, detail: detail || new ApiError(code).message }, at: now };
}

export async function tellPurchase(deps: PurchaseDeps, entry: LedgerEntry): Promise<void> {
  const { _id: id, siteId, householdId } = entry;
  await tellMoneyMoved(deps, entry);
  deps.changes.publish({ resource: "purchases", id, siteId, householdId });
}

/** The void of a purchase, if there is one. */
export async function findVoid(connection: Connection, purchase: LedgerEntry): Promise<LedgerEntry | null> {
  return journalModel(connection)
    .findOne({
      siteId: purchase.siteId,
      account: householdAccount(purchase.householdId),
      kind: "void",
      "details.purchaseId": purchase._id,
    })
    .lean<LedgerEntry | null>();
}

/** Voids of many purchases of any household, by purchase. */
export async function findVoids(
  connection: Connection,
  purchases: readonly LedgerEntry[],
): Promise<Map<string, LedgerEntry>> {
  if (purchases.length === 0) return new Map();
  const accounts = [...new Set(purchases.map((purchase) => purchase.account))];
  const siteIds = [...new Set(purchases.map((purchase) => purchase.siteId))];
  const voids = await journalModel(connection)
    .find({ siteId: { $in: siteIds }, account: { $in: accounts }, kind: "void" })
    .lean<LedgerEntry[]>();
  return new Map(voids.map((entry) => [String(entry.details.purchaseId), entry]));
}
