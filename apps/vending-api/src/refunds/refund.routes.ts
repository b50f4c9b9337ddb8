import { idSchema, instantSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import { type AuditedChange, recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { actorOf, canSee, type PersonCaller, siteScope } from "../http/access.ts";
import { accepted, created, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { jobAnswer, presentJob } from "../jobs/present-job.ts";
import { moneyRequestOf } from "../ledger/money-request.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { unknownReference } from "../places/reference.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import {
  presentPreview,
  presentRefund,
  presentStatement,
  presentWithdrawal,
  refundAnswer,
  refundDetailAnswer,
  refundPreviewAnswer,
  statementAnswer,
  withdrawalAnswer,
} from "./present-refund.ts";
import { readStatement } from "./read-statement.ts";
import { REFUND_STATES, type Refund, refundModel } from "./refund.model.ts";
import { REFUND_ROLES } from "./refund-job.ts";
import {
  acceptDebts,
  approveRefund,
  previewRefund,
  proposeRefund,
  type RefundRequest,
  rejectRefund,
  typeReading,
} from "./refunds.ts";
import { type Withdrawal, withdrawalModel } from "./withdrawal.model.ts";

const TAG = "Refunds";
const DIRECTORS = { roles: REFUND_ROLES } as const;
/** A year of a large campus; what is shown for approval has to fit one document. */
const MOST_HOUSEHOLDS = 2000;

const reasonField = z.string().trim().min(1).max(200);
const refundBody = z.strictObject({
  householdIds: z.array(idSchema).min(1).max(MOST_HOUSEHOLDS),
  reason: reasonField,
  dryRun: z.boolean().default(false).meta({ description: "Only show what each household would get." }),
});
const readingBody = z.strictObject({
  householdId: idSchema,
  circuitId: idSchema,
  registerWh: z.int().min(0).max(Number.MAX_SAFE_INTEGER).meta({ description: "After ratios." }),
  at: instantSchema.optional().meta({ description: "When it was read; default now." }),
});

const refundList = listQuery({
  sort: ["proposedAt"],
  defaultSort: ["proposedAt", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    state: oneOrMany(z.enum(REFUND_STATES)).optional(),
    householdIds: oneOrMany(idSchema).optional(),
  },
});

export function refundRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const refunds = refundModel(connection);
  const find = (id: string, caller: PersonCaller): Promise<Refund> => findVisible(refunds, id, caller);
  const record = async (
    request: AuditedChange["request"],
    action: string,
    { refund, repeated }: { refund: Refund; repeated: boolean },
    { before, reason }: { before?: Refund; reason: string },
  ) => {
    const shown = (row: Refund) => refundAnswer.parse(presentRefund(row));
    if (!repeated)
      await recordAudit(deps, {
        request,
        siteId: refund.siteId,
        action: `refunds.${action}`,
        subject: { resource: "refunds", id: refund._id },
        before: before && shown(before),
        after: shown(refund),
        reason,
      });
    return presentRefund(refund);
  };
  const problems = ["second-person-needed", "wrong-state", "idempotency-key-reused"] as const;
  const changeWithReason = ({
    action,
    change,
    ...told
  }: {
    path: "/refunds/:id/reject" | "/refunds/:id/accept-debts";
    summary: string;
    action: string;
    change: typeof rejectRefund;
  }) =>
    route({
      ...told,
      method: "post",
      tag: TAG,
      access: DIRECTORS,
      idempotencyKey: "required",
      body: z.strictObject({ reason: reasonField }),
      answers: { 200: refundAnswer },
      problems,
      async handle(request) {
        const before = await find(request.params.id, request.caller);
        const { reason } = request.body;
        const changed = await change(deps, before, reason, refundRequestOf(request));
        return ok(await record(request, action, changed, { before, reason }));
      },
    });

  return [
    route({
      method: "post",
      path: "/refunds",
      tag: TAG,
      summary: "Show what households would get if they left, or propose that they leave",
      description:
        "With dryRun nothing is stored (200). Else the refund waits for approval (201), and nobody gets more than it shows.",
      access: DIRECTORS,
      idempotencyKey: "required",
      body: refundBody,
      answers: { 200: refundPreviewAnswer, 201: refundAnswer },
      problems: ["reference-unknown", "idempotency-key-reused"],
      async handle(request) {
        const { householdIds, reason, dryRun } = request.body;
        const { site, households } = await leavingTogether(connection, householdIds, request.caller);
        if (dryRun) {
          const shown = await previewRefund(deps, site, households, request.now);
          const { preview, totalMinor, needsSecondPerson } = shown;
          const { currency } = site;
          return ok({ currency, totalMinor, needsSecondPerson, households: preview.map(presentPreview) });
        }
        const proposal = { site, households, reason };
        const proposed = await proposeRefund(deps, proposal, refundRequestOf(request));
        return created(await record(request, "propose", proposed, { reason }));
      },
    }),
    route({
      method: "get",
      path: "/refunds",
      tag: TAG,
      summary: "Refunds, newest first",
      access: DIRECTORS,
      query: refundList,
      answers: { 200: pageOf(refundAnswer) },
      handle: ({ caller, query }) =>
        readPage(
          refunds,
          query,
          { $and: [siteScope(caller), equalityConditions(query.filter)] },
          presentRefund,
        ),
    }),
    route({
      method: "get",
      path: "/refunds/:id",
      tag: TAG,
      summary: "One refund with every household: what was shown, how far it is, what became of it",
      access: DIRECTORS,
      answers: { 200: refundDetailAnswer },
      async handle({ caller, params }) {
        const refund = await find(params.id, caller);
        const rows = await withdrawalModel(connection)
          .find({ refundId: refund._id })
          .sort({ _id: 1 })
          .lean<Withdrawal[]>();
        const preview = refund.preview.map(presentPreview);
        return ok({ ...presentRefund(refund), preview, withdrawals: rows.map(presentWithdrawal) });
      },
    }),
    route({
      method: "get",
      path: "/refunds/:id/statement",
      tag: TAG,
      summary: "The statement of one household of a refund",
      access: DIRECTORS,
      query: z.strictObject({
        householdId: idSchema.optional().meta({ description: "Needed where several leave together." }),
      }),
      answers: { 200: statementAnswer },
      async handle({ caller, params, query }) {
        const refund = await find(params.id, caller);
        const householdId = statedHousehold(refund, query.householdId);
        return ok(presentStatement(await readStatement(connection, refund, householdId)));
      },
    }),
    route({
      method: "post",
      path: "/refunds/:id/approve",
      tag: TAG,
      summary: "Approve a refund and settle its households; the answer is the job",
      description: "Above the site's limit by another person than who proposed it.",
      access: DIRECTORS,
      idempotencyKey: "required",
      answers: { 202: jobAnswer },
      problems,
      async handle(request) {
        const before = await find(request.params.id, request.caller);
        const approved = await approveRefund(deps, before, refundRequestOf(request));
        await record(request, "approve", approved, { before, reason: before.reason });
        return accepted(presentJob(approved.job));
      },
    }),
    changeWithReason({
      path: "/refunds/:id/reject",
      summary: "Turn a refund down, or take your own back, before it is approved",
      action: "reject",
      change: rejectRefund,
    }),
    changeWithReason({
      path: "/refunds/:id/accept-debts",
      summary: "Let households of a refund leave though they owe money; never by who proposed it",
      action: "accept-debts",
      change: acceptDebts,
    }),
    route({
      method: "post",
      path: "/refunds/:id/readings",
      tag: TAG,
      summary: "Type the final reading of a circuit that does not answer; its household goes on",
      access: { roles: [...REFUND_ROLES, "maintenance"] },
      idempotencyKey: "required",
      body: readingBody,
      answers: { 201: withdrawalAnswer },
      problems: ["reading-implausible", "wrong-state", "still-running", "idempotency-key-reused"],
      async handle(request) {
        const { body, caller, now } = request;
        const refund = await find(request.params.id, caller);
        const typed = { ...body, at: body.at === undefined ? now : new Date(body.at) };
        const { withdrawal, repeated } = await typeReading(deps, refund, typed, refundRequestOf(request));
        if (!repeated)
          await recordAudit(deps, {
            request,
            siteId: refund.siteId,
            action: "refunds.type-reading",
            subject: { resource: "refunds", id: refund._id },
            after: typed,
            reason: refund.reason,
          });
        return created(presentWithdrawal(withdrawal));
      },
    }),
  ];
}

function refundRequestOf(
  request: Parameters<typeof moneyRequestOf>[0] & { caller: PersonCaller },
): RefundRequest {
  return { ...moneyRequestOf(request), by: actorOf(request.caller) };
}

/** The one household of a refund, or the one that is asked for. Throws `not-found`. */
function statedHousehold({ householdIds }: Refund, wanted: string | undefined): string {
  const [only, ...others] = householdIds;
  const id = wanted ?? (others.length === 0 ? only : undefined);
  if (id === undefined || !householdIds.includes(id)) throw new ApiError("not-found");
  return id;
}

/** Households of one site, in the order named. Throws `reference-unknown`. */
async function leavingTogether(
  connection: Connection,
  householdIds: readonly string[],
  caller: PersonCaller,
): Promise<{ site: Site; households: Household[] }> {
  const ids = [...new Set(householdIds)];
  const rows = await householdModel(connection)
    .find({ _id: { $in: ids } })
    .lean<Household[]>();
  const byId = new Map(rows.map((row) => [row._id, row]));
  const [first] = rows;
  const households = ids.map((id) => {
    const row = byId.get(id);
    if (!row || !canSee(caller, row.siteId) || row.siteId !== first?.siteId)
      throw unknownReference("householdIds");
    return row;
  });
  const site = first && (await siteModel(connection).findById(first.siteId).lean<Site | null>());
  if (!site) throw unknownReference("householdIds");
  return { site, households };
}
