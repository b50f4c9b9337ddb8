import { idSchema, instantSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import { type AuditedChange, recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ERROR_CODE_NAMES } from "../errors.ts";
import { READERS, siteScope } from "../http/access.ts";
import { created, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { moneyRequestOf } from "../ledger/money-request.ts";
import { householdModel } from "../places/household.model.ts";
import { unknownReference } from "../places/reference.ts";
import { ADJUSTMENT_STATE_NAMES, type Adjustment, adjustmentModel } from "./adjustment.model.ts";
import { approveAdjustment, proposeAdjustment, rejectAdjustment } from "./adjustments.ts";
import { amountOf } from "./present-purchase.ts";
import { MOST_PURCHASE_MINOR } from "./purchases.ts";

const TAG = "Vending";
const SELLERS = { roles: ["administrator", "property-manager", "campus-admin"] } as const;

const person = z.object({ id: idSchema, name: z.string() });
const adjustmentAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    householdId: idSchema,
    purchaseId: idSchema.nullable(),
    amountMinor: z.int().meta({ description: "What the household gets; below zero it gives." }),
    reason: z.string(),
    state: z.enum(ADJUSTMENT_STATE_NAMES),
    proposedBy: person,
    proposedAt: instantSchema,
    decidedBy: person.nullable(),
    decidedAt: instantSchema.nullable(),
    decisionReason: z.string(),
    entryId: idSchema.nullable(),
    problem: z.object({ code: z.enum(ERROR_CODE_NAMES), detail: z.string() }).nullable(),
  })
  .meta({ id: "Adjustment" });

const adjustmentBody = z
  .strictObject({
    householdId: idSchema,
    purchaseId: idSchema.optional().meta({ description: "The purchase that it takes back." }),
    amountMinor: z
      .int()
      .min(-MOST_PURCHASE_MINOR)
      .max(MOST_PURCHASE_MINOR)
      .refine((amount) => amount !== 0, "Must not be zero")
      .optional()
      .meta({ description: "Default with a purchase: all of it, taken back." }),
    reason: z.string().trim().min(1).max(200),
  })
  .refine(({ purchaseId, amountMinor }) => purchaseId !== undefined || amountMinor !== undefined, {
    path: ["amountMinor"],
    message: "Is needed where no purchase is named",
  });

const adjustmentList = listQuery({
  sort: ["proposedAt"],
  defaultSort: ["proposedAt", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    householdId: oneOrMany(idSchema).optional(),
    purchaseId: oneOrMany(idSchema).optional(),
    state: oneOrMany(z.enum(ADJUSTMENT_STATE_NAMES)).optional(),
  },
});

function presentAdjustment(adjustment: Adjustment): z.input<typeof adjustmentAnswer> {
  const { _id: id, proposedAt, decidedAt, ...row } = adjustment;
  return {
    ...row,
    id,
    proposedAt: proposedAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
  };
}

export function adjustmentRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const adjustments = adjustmentModel(connection);
  const answerChange = async (
    request: AuditedChange["request"],
    action: string,
    { adjustment, repeated }: { adjustment: Adjustment; repeated: boolean },
    { before, reason }: { before?: Adjustment; reason: string },
  ) => {
    // Through the schema: keys and hashes are nobody's business.
    const shown = (row: Adjustment) => adjustmentAnswer.parse(presentAdjustment(row));
    const after = shown(adjustment);
    if (!repeated)
      await recordAudit(deps, {
        request,
        siteId: adjustment.siteId,
        action: `adjustments.${action}`,
        subject: { resource: "adjustments", id: adjustment._id },
        before: before && shown(before),
        after,
        reason,
      });
    return created(after);
  };
  const problems = ["second-person-needed", "wrong-state", "idempotency-key-reused"] as const;

  return [
    route({
      method: "post",
      path: "/adjustments",
      tag: TAG,
      summary: "Ask for a correction of a household's account; another person approves it",
      description: "Takes back a purchase whose shift is closed, or corrects for any other reason given.",
      access: SELLERS,
      idempotencyKey: "required",
      body: adjustmentBody,
      answers: { 201: adjustmentAnswer },
      problems: [
        "household-closed",
        "amount-invalid",
        "already-voided",
        "void-still-possible",
        "already-adjusted",
        "credit-in-meter",
        "sale-not-settled",
        "reference-unknown",
        "idempotency-key-reused",
      ],
      async handle(request) {
        const { householdId, purchaseId, amountMinor, reason } = request.body;
        const household = await findVisible(householdModel(connection), householdId, request.caller);
        const purchase =
          purchaseId === undefined ? null : await purchaseOf(connection, householdId, purchaseId);
        const proposal = {
          household,
          purchase,
          amountMinor: amountMinor ?? (purchase ? -amountOf(purchase) : 0),
          reason,
        };
        const proposed = await proposeAdjustment(deps, proposal, moneyRequestOf(request));
        return answerChange(request, "propose", proposed, { reason });
      },
    }),
    route({
      method: "get",
      path: "/adjustments",
      tag: TAG,
      summary: "Adjustments, newest first",
      access: { roles: READERS },
      query: adjustmentList,
      answers: { 200: pageOf(adjustmentAnswer) },
      handle: ({ caller, query }) =>
        readPage(
          adjustments,
          query,
          { $and: [siteScope(caller), equalityConditions(query.filter)] },
          presentAdjustment,
        ),
    }),
    route({
      method: "get",
      path: "/adjustments/:id",
      tag: TAG,
      summary: "One adjustment",
      access: { roles: READERS },
      answers: { 200: adjustmentAnswer },
      handle: async ({ params, caller }) =>
        ok(presentAdjustment(await findVisible(adjustments, params.id, caller))),
    }),
    route({
      method: "post",
      path: "/adjustments/:id/approve",
      tag: TAG,
      summary: "Approve an adjustment that somebody else has asked for; it is posted at once",
      access: SELLERS,
      idempotencyKey: "required",
      answers: { 201: adjustmentAnswer },
      problems,
      async handle(request) {
        const before = await findVisible(adjustments, request.params.id, request.caller);
        const approved = await approveAdjustment(deps, before, moneyRequestOf(request));
        return answerChange(request, "approve", approved, { before, reason: before.reason });
      },
    }),
    route({
      method: "post",
      path: "/adjustments/:id/reject",
      tag: TAG,
      summary: "Turn an adjustment down, or take your own back",
      access: SELLERS,
      idempotencyKey: "required",
      body: z.strictObject({ reason: z.string().trim().min(1).max(200) }),
      answers: { 201: adjustmentAnswer },
      problems,
      async handle(request) {
        const before = await findVisible(adjustments, request.params.id, request.caller);
        const { reason } = request.body;
        const rejected = await rejectAdjustment(deps, before, reason, moneyRequestOf(request));
        return answerChange(request, "reject", rejected, { before, reason });
      },
    }),
  ];
}

async function purchaseOf(connection: Connection, householdId: string, id: string): Promise<LedgerEntry> {
  const entry = await journalModel(connection)
    .findOne({ _id: id, kind: "purchase", householdId })
    .lean<LedgerEntry | null>();
  if (!entry) throw unknownReference("purchaseId");
  return entry;
}
