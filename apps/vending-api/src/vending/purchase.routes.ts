import { idSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import { findCardLoads } from "../cards/card-load.model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { siteScope } from "../http/access.ts";
import { created, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { PAYMENT_METHOD_NAMES } from "../ledger/entry-kinds.ts";
import type { Outcome } from "../ledger/ledger.ts";
import { moneyRequestOf } from "../ledger/money-request.ts";
import { endDoubt, findDeliveries } from "../network/deliveries.ts";
import { householdModel } from "../places/household.model.ts";
import type { Site } from "../places/site.model.ts";
import { listPurchases } from "./list-purchases.ts";
import { presentPurchase, purchaseAnswer } from "./present-purchase.ts";
import { findVoid, MOST_PURCHASE_MINOR, sellCredit, voidPurchase } from "./purchases.ts";
import { siteOf, visiblePurchase } from "./visible-purchase.ts";

const TAG = "Vending";
const SELLERS = { roles: ["administrator", "property-manager", "campus-admin"] } as const;
export const READERS_OF_SALES = {
  roles: ["administrator", "property-manager", "campus-admin", "maintenance", "integrator"],
} as const;

const purchaseBody = z.strictObject({
  householdId: idSchema,
  // Not z.int(): a whole number beyond the safe integers is "too large" to a person, not "not whole".
  amountMinor: z
    .number()
    .positive("Must be more than zero")
    .refine(Number.isInteger, "Must be a whole number of the minor unit")
    .meta({ type: "integer", maximum: MOST_PURCHASE_MINOR, example: 5000 }),
  method: z.enum(PAYMENT_METHOD_NAMES),
  note: z.string().trim().max(200).default(""),
});

export const purchaseList = listQuery({
  sort: ["at"],
  defaultSort: ["at", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    householdId: oneOrMany(idSchema).optional(),
    from: z.iso.datetime().optional(),
    to: z.iso.datetime().optional(),
  },
});

/** The purchases that a filter names, as a query; the caller's scope is added. */
export function purchaseCondition({ from, to, ...equal }: z.output<typeof purchaseList>["filter"]) {
  return {
    ...equalityConditions(equal),
    ...(from || to
      ? { at: { ...(from ? { $gte: new Date(from) } : {}), ...(to ? { $lt: new Date(to) } : {}) } }
      : {}),
  };
}

export function purchaseRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  return [
    route({
      method: "post",
      path: "/purchases",
      tag: TAG,
      summary: "Sell credit at the desk",
      description: `At most ${MOST_PURCHASE_MINOR} minor units at once. The same key and body give the first answer again.`,
      access: SELLERS,
      idempotencyKey: "required",
      body: purchaseBody,
      fieldProblems: { amountMinor: "amount-invalid" },
      answers: { 201: purchaseAnswer },
      problems: [
        "amount-invalid",
        "amount-too-large",
        "household-closed",
        "no-open-shift",
        "idempotency-key-reused",
        "not-found",
      ],
      async handle(request) {
        const { body, caller } = request;
        if (body.amountMinor > MOST_PURCHASE_MINOR) throw amountTooLarge();
        const { siteId } = await findVisible(householdModel(connection), body.householdId, caller);
        const sold = await sellCredit(deps, { siteId, ...body }, moneyRequestOf(request));
        return created(await presentSold(connection, sold));
      },
    }),
    route({
      method: "get",
      path: "/purchases",
      tag: TAG,
      summary: "Purchases, newest first",
      access: READERS_OF_SALES,
      query: purchaseList,
      answers: { 200: pageOf(purchaseAnswer) },
      handle: ({ caller, query }) =>
        listPurchases(connection, query, { $and: [siteScope(caller), purchaseCondition(query.filter)] }),
    }),
    route({
      method: "get",
      path: "/purchases/:id",
      tag: TAG,
      summary: "One purchase",
      access: READERS_OF_SALES,
      answers: { 200: purchaseAnswer },
      async handle({ params, caller }) {
        const entry = await visiblePurchase(connection, params.id, caller);
        return ok(await present(connection, entry));
      },
    }),
    route({
      method: "post",
      path: "/purchases/:id/void",
      tag: TAG,
      summary: "Take a purchase back, within its shift and with a reason",
      description:
        "Sold at no till: within 12 hours. What was used meanwhile stays owed: the balance may fall below zero, and the household is cut like any other.",
      access: SELLERS,
      idempotencyKey: "required",
      body: z.strictObject({ reason: z.string().trim().min(1).max(200) }),
      answers: { 201: purchaseAnswer },
      problems: [
        "already-voided",
        "void-window-over",
        "sale-not-settled",
        "credit-in-meter",
        "idempotency-key-reused",
      ],
      async handle(request) {
        const purchase = await visiblePurchase(connection, request.params.id, request.caller);
        const voided = await voidPurchase(deps, purchase, request.body.reason, moneyRequestOf(request));
        await endDoubt(deps, { id: purchase._id, siteId: purchase.siteId }, voided.at);
        return created(await present(connection, purchase));
      },
    }),
  ];
}

function amountTooLarge(): ApiError {
  const message = `At most ${MOST_PURCHASE_MINOR} minor units can be sold at once`;
  return new ApiError("amount-too-large", message, {
    errors: [{ path: "amountMinor", code: "too-large", message }],
  });
}

/** Nothing can have befallen an entry that was made just now, unless it is bound for a meter. */
async function presentSold(connection: Connection, { entry, repeated, site }: Outcome & { site: Site }) {
  const isOnItsWay = typeof entry.details.circuitId === "string";
  return repeated || isOnItsWay ? present(connection, entry) : presentPurchase(entry, site);
}

async function present(connection: Connection, entry: LedgerEntry) {
  const [site, voided, deliveries, loads] = await Promise.all([
    siteOf(connection, entry.siteId),
    findVoid(connection, entry),
    findDeliveries(connection, [entry._id]),
    findCardLoads(connection, [entry._id]),
  ]);
  return presentPurchase(entry, site, {
    voided: voided ?? undefined,
    delivery: deliveries.get(entry._id),
    load: loads.get(entry._id),
  });
}
