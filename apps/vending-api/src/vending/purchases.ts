import type { Connection } from "mongoose";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { balancedPostings, householdAccount, type LedgerEntry, reversedPostings } from "../ledger/entry.ts";
import type { PaymentMethod } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { type Decision, ledgerOf, type Outcome } from "../ledger/ledger.ts";
import { announceCredit } from "../network/announce.ts";
import { creditCircuitOf } from "../network/credit-circuit.ts";
import { deliverPurchase, findDeliveries } from "../network/deliveries.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { amountOf } from "./present-purchase.ts";

/** 100,000.00 of a currency with two digits: more is a mistake of the hand. */
export const MOST_PURCHASE_MINOR = 10_000_000;
/** The longest shift; a void after it is an adjustment and takes a second person. Range 1–24 h. */
const VOID_WINDOW_MS = 12 * 3_600_000;

/** A delivery is made within a second of its purchase; what is missing later was cut off. Range 1–7 days. */
const FORGOTTEN_WITHIN_MS = 2 * 86_400_000;

/** Who asks, and under which key. */
export interface MoneyRequest {
  by: { id: string; name: string };
  idempotencyKey: string;
  requestHash: string;
  now: Date;
}

type PurchaseDeps = Pick<Deps, "connection" | "clock" | "changes" | "profiles">;

/**
 * Sells credit: one entry, then the news to the household's gateways. Rejects as `Ledger.post` does, with `household-closed`
 * remembered under the key.
 */
export async function sellCredit(
  deps: PurchaseDeps,
  sale: { site: Site; householdId: string; amountMinor: number; method: PaymentMethod; note: string },
  request: MoneyRequest,
): Promise<LedgerEntry> {
  const { connection } = deps;
  const { site, householdId, amountMinor, method, note } = sale;
  const movement = { siteId: site._id, householdId, commodity: site.currency, amount: amountMinor };
  const outcome = await ledgerOf(connection).post({
    ...identityOf(site._id, householdId, request),
    async decide(): Promise<Decision> {
      const household = await householdModel(connection).findById(householdId).lean<Household | null>();
      if (household?.status !== "open") return refusal("household-closed", "", request);
      const circuit = await creditCircuitOf(connection, householdId);
      return {
        accept: {
          kind: "purchase",
          at: request.now,
          by: request.by,
          note,
          postings: balancedPostings("purchase", movement, method),
          // Where the credit goes stands in the books: what follows from it can be done again after a crash.
          details: circuit === undefined ? { method } : { method, circuitId: circuit._id },
        },
      };
    },
  });
  await deliver(deps, outcome.entry);
  await tellMoneyMoved(deps, outcome);
  return outcome.entry;
}

/** On its way into the meter, where the household's credit lives there. */
async function deliver(deps: PurchaseDeps, entry: LedgerEntry): Promise<void> {
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
 * Takes a purchase back by an entry of its own. What was used meanwhile stays owed: the balance may fall below zero, and the
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
  const outcome = await ledgerOf(connection).post({
    ...identityOf(siteId, householdId, request),
    readsJournal: true,
    async decide(): Promise<Decision> {
      if (await findVoid(connection, purchase)) return refusal("already-voided", "", request);
      if (request.now.getTime() - purchase.at.getTime() > VOID_WINDOW_MS)
        return refusal("void-window-over", "A purchase can be voided within 12 hours", request);
      const inMeter = await meterRefusal(connection, purchase, request);
      if (inMeter) return inMeter;
      return {
        accept: {
          kind: "void",
          at: request.now,
          by: request.by,
          note: reason,
          postings: reversedPostings(purchase.postings),
          details: { purchaseId: purchase._id },
        },
      };
    },
  });
  await tellMoneyMoved(deps, outcome);
  return outcome.entry;
}

/** A meter gives nothing back: only what it has not credited, or what a person has looked into, is taken back. */
async function meterRefusal(
  connection: Connection,
  { _id: id, details }: LedgerEntry,
  request: MoneyRequest,
): Promise<Decision | undefined> {
  if (typeof details.circuitId !== "string") return undefined;
  const delivery = (await findDeliveries(connection, [id])).get(id);
  if (delivery?.state === "written") return refusal("credit-in-meter", "", request);
  return delivery?.isFinal ? undefined : refusal("sale-not-settled", "", request);
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

/** A repetition tells again: the first one may have been cut off before it could. */
async function tellMoneyMoved(deps: PurchaseDeps, { entry }: Outcome): Promise<void> {
  const { siteId, householdId } = entry;
  await announceCredit(deps, [householdId]);
  deps.changes.publish({ resource: "households", id: householdId, siteId, householdId });
  deps.changes.publish({ resource: "purchases", id: entry._id, siteId, householdId });
  deps.changes.publish({ resource: "board", id: siteId, siteId });
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
