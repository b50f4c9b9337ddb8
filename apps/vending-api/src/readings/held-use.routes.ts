import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { claimKey } from "../db/claimed-key.ts";
import type { Deps } from "../deps.ts";
import { ApiError, ERROR_CODE_NAMES, type ErrorCode, isApiError } from "../errors.ts";
import { type PersonCaller, READERS, siteScope } from "../http/access.ts";
import { ok, page, pageOf } from "../http/answer.ts";
import { listQuery, oneOrMany } from "../http/list-query.ts";
import { type Route, type RouteRequest, route } from "../http/route.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { HELD_STATES, HOLD_REASON_NAMES } from "../rating/held-use.ts";
import { type Decision, decideHeldUse } from "./decide-held-use.ts";
import { findHeldUse, type HeldUseRow, listHeldUses, rowOf } from "./held-uses.ts";

const TAG = "Readings";
/** Those who answer for what a household is charged. */
const DECIDERS = { roles: ["administrator", "property-manager", "campus-admin"] } as const;
/** As many as a person can mean to pick at once. */
const MAX_BULK = 500;

const heldUseIdSchema = z.string().min(1).max(160);
const heldUseAnswer = z
  .object({
    id: heldUseIdSchema,
    siteId: idSchema,
    circuitId: idSchema,
    circuitName: z.string(),
    householdId: idSchema.nullable(),
    reason: z.enum(HOLD_REASON_NAMES),
    fromAt: instantSchema,
    toAt: instantSchema,
    wh: z.int().meta({ description: "Metered, but not charged while it is held." }),
    state: z.enum(HELD_STATES),
    decidedBy: z.string().nullable(),
    decidedAt: instantSchema.nullable(),
    decision: z.string().nullable().meta({ description: "The reason that was given." }),
  })
  .meta({ id: "HeldUse" });

const bulkAnswer = z
  .object({
    done: z.array(heldUseAnswer),
    failed: z.array(z.object({ id: z.string(), code: z.enum(ERROR_CODE_NAMES) })),
  })
  .meta({ id: "HeldUseDecisions" });

const heldUseList = listQuery({
  sort: ["fromAt", "toAt", "reason"],
  defaultSort: ["fromAt", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    circuitId: oneOrMany(idSchema).optional(),
    householdId: oneOrMany(idSchema).optional(),
    state: oneOrMany(z.enum(HELD_STATES)).optional(),
    reason: oneOrMany(z.enum(HOLD_REASON_NAMES)).optional(),
  },
});

const decisionBody = z.strictObject({
  ids: z.array(heldUseIdSchema).min(1).max(MAX_BULK),
  reason: z.string().trim().min(1).max(200),
});
type DecisionRequest = RouteRequest<unknown, undefined, z.infer<typeof decisionBody>, PersonCaller, string>;

export function heldUseRoutes(deps: Deps): Route[] {
  const { connection } = deps;

  const present = async (rows: readonly HeldUseRow[]): Promise<z.input<typeof heldUseAnswer>[]> => {
    const circuits = await circuitModel(connection)
      .find({ _id: { $in: [...new Set(rows.map((row) => row.circuitId))] } }, { name: 1 })
      .lean<Pick<Circuit, "_id" | "name">[]>();
    const nameOf = new Map(circuits.map(({ _id, name }) => [_id, name]));
    return rows.map(({ id, siteId, circuitId, householdId, use }) => ({
      id,
      siteId,
      circuitId,
      circuitName: nameOf.get(circuitId) ?? "",
      householdId,
      reason: use.reason,
      fromAt: use.fromAt.toISOString(),
      toAt: use.toAt.toISOString(),
      wh: use.toWh - use.fromWh,
      state: use.state,
      decidedBy: use.decided?.by.name ?? null,
      decidedAt: use.decided?.at.toISOString() ?? null,
      decision: use.decided?.reason ?? null,
    }));
  };

  const decideOne = async (request: DecisionRequest, id: string, decision: Decision): Promise<HeldUseRow> => {
    const { caller, now, body } = request;
    const by = { id: caller.id, name: caller.name };
    const { accrual, before, after, isRepeated } = await decideHeldUse(deps, id, siteScope(caller), {
      decision,
      by,
      reason: body.reason,
      now,
    });
    if (!isRepeated)
      await recordAudit(deps, {
        request,
        siteId: accrual.siteId,
        action: `intervals.${decision}`,
        subject: { resource: "intervals", id },
        before: { state: before.state, reason: before.reason },
        after: { state: after.state, wh: after.toWh - after.fromWh },
        reason: body.reason,
      });
    return rowOf(accrual, after);
  };

  /** Each by itself, in order: what can't be decided for one stops no other. */
  const decideAll = async (request: DecisionRequest, decision: Decision) => {
    await claimKey(connection, request);
    const done: HeldUseRow[] = [];
    const failed: { id: string; code: ErrorCode }[] = [];
    for (const id of new Set(request.body.ids)) {
      try {
        done.push(await decideOne(request, id, decision));
      } catch (error) {
        if (!isApiError(error) || error.failureClass !== "permanent") throw error;
        failed.push({ id, code: error.code });
      }
    }
    return ok({ done: await present(done), failed });
  };

  return [
    route({
      method: "get",
      path: "/intervals",
      tag: TAG,
      summary: "Use that failed a check and is held back, and what was decided about it",
      access: { roles: READERS },
      query: heldUseList,
      answers: { 200: pageOf(heldUseAnswer) },
      async handle({ caller, query: { filter, range, sort } }) {
        const { id, ...fields } = filter;
        const by = sort.field === "id" ? "fromAt" : sort.field;
        if (id !== undefined) {
          const found = await Promise.all(
            [id].flat().map((one) => findHeldUse(connection, one, siteScope(caller))),
          );
          const rows = found.flatMap((row) => (row ? [rowOf(row.accrual, row.use)] : []));
          return page(await present(rows), { from: 0, total: rows.length });
        }
        const { rows, total } = await listHeldUses(connection, siteScope(caller), fields, {
          ...range,
          sort: by,
          order: sort.order,
        });
        return page(await present(rows), { from: range.from, total });
      },
    }),
    route({
      method: "get",
      path: "/intervals/:id",
      tag: TAG,
      summary: "One stretch of use that was held back",
      access: { roles: READERS },
      answers: { 200: heldUseAnswer },
      async handle({ caller, params }) {
        const found = await findHeldUse(connection, params.id, siteScope(caller));
        if (!found) throw new ApiError("not-found");
        const [shown] = await present([rowOf(found.accrual, found.use)]);
        return ok(shown as z.input<typeof heldUseAnswer>);
      },
    }),
    route({
      method: "post",
      path: "/intervals/release",
      tag: TAG,
      summary: "Charge what was held back, at the prices of its time",
      description: "Once for ever: released again, under whatever key, it changes nothing.",
      access: DECIDERS,
      idempotencyKey: "required",
      body: decisionBody,
      answers: { 200: bulkAnswer },
      handle: (request) => decideAll(request, "release"),
    }),
    route({
      method: "post",
      path: "/intervals/reject",
      tag: TAG,
      summary: "Never charge what was held back",
      access: DECIDERS,
      idempotencyKey: "required",
      body: decisionBody,
      answers: { 200: bulkAnswer },
      handle: (request) => decideAll(request, "reject"),
    }),
  ];
}
