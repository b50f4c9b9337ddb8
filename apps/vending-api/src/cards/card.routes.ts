import { idSchema, instantSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import { type AuditedChange, recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { READERS, siteScope } from "../http/access.ts";
import { created, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { PAYMENT_METHOD_NAMES } from "../ledger/entry-kinds.ts";
import { moneyRequestOf } from "../ledger/money-request.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { householdModel } from "../places/household.model.ts";
import { unknownReference } from "../places/reference.ts";
import { MOST_PURCHASE_MINOR } from "../vending/purchases.ts";
import { siteOf } from "../vending/visible-purchase.ts";
import { CARD_STATES, type Card, cardModel } from "./card.model.ts";
import { advanceTaker, carriedBy, readTaker } from "./card-counts.ts";
import { cardKeysOf } from "./card-keys.ts";
import { MEMORY_BYTES } from "./card-memory.ts";
import { endCard, type Handled, issueCard, presentCard, settleCard, topUpCard } from "./cards.ts";

const TAG = "Cards";
const SELLERS = { roles: ["administrator", "property-manager", "campus-admin"] } as const;
const MOST_COUNT = 0xffff_ffff;

const hex = (pattern: RegExp, message: string) =>
  z
    .string()
    .toLowerCase()
    .regex(pattern, message)
    .transform((text) => Buffer.from(text, "hex"));

/** A card on the desk's reader. */
const presentedFields = {
  uid: hex(/^([0-9a-f]{8}|[0-9a-f]{14}|[0-9a-f]{20})$/, "Is no chip number of 4, 7 or 10 bytes").meta({
    example: "04a1b2c3d4e5f6",
    type: "string",
  }),
  memory: hex(new RegExp(`^[0-9a-f]{${MEMORY_BYTES * 2}}$`), `Must be ${MEMORY_BYTES} bytes`).meta({
    description: "The user memory from its beginning, hexadecimal; see docs/cards.md.",
    type: "string",
  }),
};
const reasonField = z.string().trim().min(1).max(200);

const cardAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    householdId: idSchema,
    circuitId: idSchema,
    uid: z.string(),
    state: z.enum(CARD_STATES),
    issuedAt: instantSchema,
    readAt: instantSchema.nullable().meta({ description: "When the card first showed what it shows now." }),
    readCount: z.int().meta({ description: "The count that the card itself last showed." }),
    takenCount: z.int().meta({ description: "How far its taker has taken, from whatever card." }),
    carriedMinor: z.int().meta({ description: "Sold onto it, and not taken as far as anybody knows." }),
    count: z.int(),
    stateReason: z.string(),
    replaces: idSchema.nullable(),
  })
  .meta({ id: "Card" });

const handledAnswer = z.object({
  card: cardAnswer,
  write: z.object({ offset: z.int(), bytes: z.string() }).nullable().meta({
    description:
      "To be written on the card; then read it and present it again. Null: it shows all that it should. Writing it twice does no harm: it is the whole, not an addition.",
  }),
});

const cardList = listQuery({
  sort: ["issuedAt"],
  defaultSort: ["issuedAt", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    householdId: oneOrMany(idSchema).optional(),
    state: oneOrMany(z.enum(CARD_STATES)).optional(),
    uid: z.string().max(20).optional(),
  },
});

export function cardRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const cards = cardModel(connection);
  const shown = async ({ card, write }: Handled) => ({
    card: await presentRow(connection, card),
    write: write && { offset: write.offset, bytes: write.bytes.toString("hex") },
  });
  const audit = async (request: AuditedChange["request"], action: string, card: Card, reason?: string) =>
    recordAudit(deps, {
      request,
      siteId: card.siteId,
      action: `cards.${action}`,
      subject: { resource: "cards", id: card._id },
      after: await presentRow(connection, card),
      reason,
    });

  return [
    route({
      method: "post",
      path: "/cards",
      tag: TAG,
      summary: "Give a chip to a household's circuit",
      access: SELLERS,
      idempotencyKey: "required",
      body: z.strictObject({ householdId: idSchema, circuitId: idSchema, ...presentedFields }),
      answers: { 201: handledAnswer },
      problems: ["card-taken", "card-refused", "household-closed", "reference-unknown"],
      async handle(request) {
        const { householdId, circuitId, uid, memory } = request.body;
        const household = await findVisible(householdModel(connection), householdId, request.caller);
        if (household.status !== "open") throw new ApiError("household-closed");
        const isTheirs = await circuitModel(connection).exists({ _id: circuitId, householdId });
        if (!isTheirs) throw unknownReference("circuitId");
        const site = await siteOf(connection, household.siteId);
        const whose = { householdId, circuitId };
        const handled = await issueCard(deps, site, whose, { uid, memory }, moneyRequestOf(request));
        await audit(request, "issue", handled.card);
        return created(await shown(handled));
      },
    }),
    route({
      method: "get",
      path: "/cards",
      tag: TAG,
      summary: "Cards, newest first",
      access: { roles: READERS },
      query: cardList,
      answers: { 200: pageOf(cardAnswer) },
      async handle({ caller, query }) {
        const condition = { $and: [siteScope(caller), equalityConditions(query.filter)] };
        const rows = await readPage(cards, query, condition, (card) => card);
        return { ...rows, body: await Promise.all(rows.body.map((card) => presentRow(connection, card))) };
      },
    }),
    route({
      method: "get",
      path: "/cards/:id",
      tag: TAG,
      summary: "One card",
      access: { roles: READERS },
      answers: { 200: cardAnswer },
      handle: async ({ params, caller }) =>
        ok(await presentRow(connection, await findVisible(cards, params.id, caller))),
    }),
    route({
      method: "post",
      path: "/cards/:id/top-up",
      tag: TAG,
      summary: "Sell credit that this card takes to its meter",
      description:
        "The sale stands in the ledger when this answers. Write what it says on the card, read the card, and present it: a card that was pulled away shows by its count whether it was written.",
      access: SELLERS,
      idempotencyKey: "required",
      body: z.strictObject({
        amountMinor: z
          .number()
          .positive("Must be more than zero")
          .refine(Number.isInteger, "Must be a whole number of the minor unit")
          .meta({ type: "integer", maximum: MOST_PURCHASE_MINOR }),
        method: z.enum(PAYMENT_METHOD_NAMES),
        note: z.string().trim().max(200).default(""),
        ...presentedFields,
      }),
      fieldProblems: { amountMinor: "amount-invalid" },
      answers: { 201: handledAnswer.extend({ purchaseId: idSchema }) },
      problems: [
        "amount-invalid",
        "amount-too-large",
        "card-refused",
        "wrong-state",
        "household-closed",
        "no-open-shift",
      ],
      async handle(request) {
        const card = await findVisible(cards, request.params.id, request.caller);
        const { uid, memory, ...money } = request.body;
        if (money.amountMinor > MOST_PURCHASE_MINOR) throw new ApiError("amount-too-large");
        const site = await siteOf(connection, card.siteId);
        const sale = { ...money, presented: { uid, memory } };
        const { purchase, ...handled } = await topUpCard(deps, site, card, sale, moneyRequestOf(request));
        return created({ ...(await shown(handled)), purchaseId: purchase._id });
      },
    }),
    route({
      method: "post",
      path: "/cards/:id/present",
      tag: TAG,
      summary:
        "Show a card: what was written and taken is learned from it, and what is missing on it is said",
      access: SELLERS,
      body: z.strictObject(presentedFields),
      answers: { 200: handledAnswer },
      problems: ["card-refused"],
      async handle({ params, caller, body }) {
        const card = await findVisible(cards, params.id, caller);
        const site = await siteOf(connection, card.siteId);
        return ok(await shown(await presentCard(deps, site, card, body)));
      },
    }),
    route({
      method: "post",
      path: "/cards/:id/block",
      tag: TAG,
      summary: "Stop a lost card; what it carries goes onto the household's next card",
      access: SELLERS,
      body: z.strictObject({ reason: reasonField }),
      answers: { 200: cardAnswer },
      problems: ["wrong-state"],
      async handle(request) {
        const card = await findVisible(cards, request.params.id, request.caller);
        const { reason } = request.body;
        const blocked = await endCard(deps, card, "blocked", reason);
        await audit(request, "block", blocked, reason);
        return ok(await presentRow(connection, blocked));
      },
    }),
    route({
      method: "post",
      path: "/cards/:id/replace",
      tag: TAG,
      summary: "Give another chip in a card's place, with the same credit and the same count",
      description: "The meter takes whichever of the two comes first, and refuses the other.",
      access: SELLERS,
      idempotencyKey: "required",
      body: z.strictObject({ reason: reasonField, ...presentedFields }),
      answers: { 201: handledAnswer },
      problems: ["wrong-state", "card-taken", "card-refused"],
      async handle(request) {
        const old = await findVisible(cards, request.params.id, request.caller);
        const { reason, ...presented } = request.body;
        if (old.state === "settled") throw new ApiError("wrong-state", "The card is settled");
        if (presented.uid.toString("hex") === old.uid) throw new ApiError("card-taken");
        const site = await siteOf(connection, old.siteId);
        if (old.state === "active") await endCard(deps, old, "replaced", reason);
        const { householdId, circuitId } = old;
        const whose = { householdId, circuitId, replaces: old._id };
        const handled = await issueCard(deps, site, whose, presented, moneyRequestOf(request));
        await audit(request, "replace", handled.card, reason);
        return created(await shown(handled));
      },
    }),
    route({
      method: "post",
      path: "/cards/:id/settle",
      tag: TAG,
      summary: "Take a card back; credit that its meter has not taken can then be paid back",
      access: SELLERS,
      body: z.strictObject({
        reason: reasonField,
        takenCount: z.int().min(0).max(MOST_COUNT).optional().meta({
          description: "The count read off the meter, where its gateway has not told it since the last sale.",
        }),
        ...presentedFields,
      }),
      answers: { 200: handledAnswer.extend({ returnedCounts: z.array(z.int()) }) },
      problems: ["card-refused", "card-count-unknown", "wrong-state"],
      async handle(request) {
        const card = await findVisible(cards, request.params.id, request.caller);
        const { reason, takenCount, ...presented } = request.body;
        const site = await siteOf(connection, card.siteId);
        const { returned, ...handled } = await settleCard(deps, site, card, {
          presented,
          takenCount,
          reason,
        });
        const said = takenCount === undefined ? reason : `${reason} (meter's count read off: ${takenCount})`;
        await audit(request, "settle", handled.card, said);
        return ok({ ...(await shown(handled)), returnedCounts: returned });
      },
    }),
    route({
      method: "get",
      path: "/gateway/card-keys",
      tag: TAG,
      summary: "What this gateway's takers check cards and sign receipts with",
      access: "gateway",
      answers: {
        200: z.object({
          publicKeyPem: z.string(),
          circuits: z.array(z.object({ circuitId: idSchema, receiptKey: z.string(), takenCount: z.int() })),
        }),
      },
      async handle({ caller }) {
        const keys = await cardKeysOf(deps, caller.siteIds[0]);
        const circuits = await circuitModel(connection).find({ gatewayId: caller.id }).lean<Circuit[]>();
        const rows = circuits.map(async ({ _id: circuitId }) => ({
          circuitId,
          receiptKey: keys.receiptKey(circuitId).toString("hex"),
          takenCount: (await readTaker(connection, circuitId))?.count ?? 0,
        }));
        return ok({ publicKeyPem: keys.publicKeyPem, circuits: await Promise.all(rows) });
      },
    }),
    route({
      method: "post",
      path: "/gateway/card-takings",
      tag: TAG,
      summary: "How far a circuit has taken credit from cards; told again it changes nothing",
      access: "gateway",
      body: z.strictObject({
        circuitId: idSchema,
        count: z.int().min(0).max(MOST_COUNT),
        at: instantSchema,
      }),
      answers: { 200: z.object({ count: z.int() }) },
      async handle({ caller, body, now }) {
        const { circuitId, count } = body;
        const circuit = await circuitModel(connection)
          .findOne({ _id: circuitId, gatewayId: caller.id })
          .lean<Circuit | null>();
        if (!circuit) throw new ApiError("not-found");
        // A clock that is ahead must not keep later words out.
        const at = new Date(Math.min(Date.parse(body.at), now.getTime()));
        const siteId = circuit.siteId;
        const taker = await advanceTaker(connection, {
          _id: circuitId,
          siteId,
          count,
          at,
          source: "gateway",
        });
        return ok({ count: taker.count });
      },
    }),
  ];
}

async function presentRow(connection: Connection, card: Card): Promise<z.input<typeof cardAnswer>> {
  const { _id: id, siteId, householdId, circuitId, uid, state, readCount, stateReason, replaces } = card;
  const carried =
    state === "active"
      ? await carriedBy(connection, card)
      : { fromCount: 0, count: readCount, amountMinor: 0 };
  const takenCount = (await readTaker(connection, circuitId))?.count ?? 0;
  return {
    ...{ id, siteId, householdId, circuitId, uid, state, readCount, takenCount, stateReason, replaces },
    issuedAt: card.issuedAt.toISOString(),
    readAt: card.readAt?.toISOString() ?? null,
    carriedMinor: carried.amountMinor,
    count: carried.count,
  };
}
