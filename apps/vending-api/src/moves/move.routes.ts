import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ERROR_CODE_NAMES } from "../errors.ts";
import { actorOf, type PersonCaller, roleSchema, siteScope } from "../http/access.ts";
import { accepted, created, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { jobAnswer, presentJob } from "../jobs/present-job.ts";
import { householdModel } from "../places/household.model.ts";
import { FINAL_READING_STATES } from "../readings/final-readings.ts";
import { MOVE_STATES, type Move, moveModel } from "./move.model.ts";
import { MOVE_ROLES } from "./move-job.ts";
import { cancelMove, findMove, type MoveRequest, startMove, startMoving, typeMoveReading } from "./moves.ts";
import { planMove } from "./plan-move.ts";

const TAG = "Moves";
const DIRECTORS = { roles: MOVE_ROLES } as const;
/** A room has a few. */
const MOST_CIRCUITS = 50;

const legAnswer = z.object({
  householdId: idSchema,
  fromUnitId: idSchema,
  toUnitId: idSchema,
  fromCircuitIds: z.array(idSchema),
  toCircuitIds: z.array(idSchema),
});
const movePreviewAnswer = z
  .object({
    legs: z.array(legAnswer),
    problems: z.array(z.object({ code: z.enum(ERROR_CODE_NAMES), detail: z.string() })),
  })
  .meta({ id: "MovePreview" });
const moveAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    legs: z.array(legAnswer),
    state: z.enum(MOVE_STATES),
    readings: z.array(
      z.object({
        circuitId: idSchema,
        circuitName: z.string(),
        state: z.enum(FINAL_READING_STATES),
        at: instantSchema.nullable(),
        registerWh: z.int().nullable(),
        typedBy: z.string().nullable(),
      }),
    ),
    reason: z.string(),
    by: z.object({ id: idSchema, name: z.string(), role: roleSchema }),
    at: instantSchema,
    movedAt: instantSchema.nullable(),
    jobId: idSchema.nullable(),
  })
  .meta({ id: "Move" });

const moveBody = z.strictObject({
  unitId: idSchema,
  circuitIds: z
    .array(idSchema)
    .min(1)
    .max(MOST_CIRCUITS)
    .optional()
    .meta({ description: "Of the new room; default those that fed it before and serve nobody." }),
  swap: z.boolean().default(false).meta({ description: "Change rooms with the household that lives there." }),
  reason: z.string().trim().min(1).max(200),
  dryRun: z.boolean().default(false).meta({ description: "Only show who would go where." }),
});
const readingBody = z.strictObject({
  circuitId: idSchema,
  registerWh: z.int().min(0).max(Number.MAX_SAFE_INTEGER).meta({ description: "After ratios." }),
  at: instantSchema.optional().meta({ description: "When it was read; default now." }),
});

const moveList = listQuery({
  sort: ["at"],
  defaultSort: ["at", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    householdIds: oneOrMany(idSchema).optional(),
    state: oneOrMany(z.enum(MOVE_STATES)).optional(),
  },
});

function presentMove(move: Move): z.input<typeof moveAnswer> {
  const { _id: id, at, movedAt, readings, ...row } = move;
  return {
    ...row,
    id,
    at: at.toISOString(),
    movedAt: movedAt?.toISOString() ?? null,
    readings: readings.map(({ typed, at: readAt, ...reading }) => ({
      ...reading,
      at: readAt?.toISOString() ?? null,
      typedBy: typed?.by.name ?? null,
    })),
  };
}

export function moveRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const moves = moveModel(connection);
  const subjectOf = ({ _id: id }: Move) => ({ resource: "moves", id });
  const shown = (move: Move) => moveAnswer.parse(presentMove(move));

  return [
    route({
      method: "post",
      path: "/households/:id/move",
      tag: TAG,
      summary: "Move a household to another room, with its account, grants, residents and history",
      description:
        "With dryRun nothing is changed (200). Else both rooms' meters are read first; the answer is the job.",
      access: DIRECTORS,
      idempotencyKey: "required",
      body: moveBody,
      answers: { 200: movePreviewAnswer, 202: jobAnswer },
      problems: [
        "reference-unknown",
        "unit-occupied",
        "household-closed",
        "refund-under-way",
        "credit-in-meter",
        "card-unsettled",
        "wrong-state",
        "idempotency-key-reused",
      ],
      async handle(request) {
        const { body, caller, params } = request;
        const household = await findVisible(householdModel(connection), params.id, caller);
        const asked = moveRequestOf(request);
        const known = body.dryRun ? null : await findMove(deps, household.siteId, asked);
        if (known) return accepted(presentJob((await startMoving(deps, known)).job));
        const plan = await planMove(deps, household, body, caller);
        if (body.dryRun) return ok({ legs: plan.legs, problems: plan.problems });
        const { move, job } = await startMove(deps, plan, body.reason, asked);
        const { siteId, reason } = move;
        await recordAudit(deps, {
          request,
          siteId,
          action: "moves.start",
          subject: subjectOf(move),
          after: shown(move),
          reason,
        });
        return accepted(presentJob(job));
      },
    }),
    route({
      method: "get",
      path: "/moves",
      tag: TAG,
      summary: "Moves, newest first",
      access: DIRECTORS,
      query: moveList,
      answers: { 200: pageOf(moveAnswer) },
      handle: ({ caller, query }) =>
        readPage(moves, query, { $and: [siteScope(caller), equalityConditions(query.filter)] }, presentMove),
    }),
    route({
      method: "get",
      path: "/moves/:id",
      tag: TAG,
      summary: "One move",
      access: DIRECTORS,
      answers: { 200: moveAnswer },
      handle: async ({ caller, params }) => ok(presentMove(await findVisible(moves, params.id, caller))),
    }),
    route({
      method: "post",
      path: "/moves/:id/cancel",
      tag: TAG,
      summary: "Call a move off before rooms change",
      access: DIRECTORS,
      answers: { 200: moveAnswer },
      problems: ["wrong-state"],
      async handle(request) {
        const before = await findVisible(moves, request.params.id, request.caller);
        const after = await cancelMove(deps, before);
        await recordAudit(deps, {
          request,
          siteId: after.siteId,
          action: "moves.cancel",
          subject: subjectOf(after),
          before: shown(before),
          after: shown(after),
        });
        return ok(presentMove(after));
      },
    }),
    route({
      method: "post",
      path: "/moves/:id/readings",
      tag: TAG,
      summary: "Type the reading of a circuit that does not answer; the move goes on",
      access: { roles: [...MOVE_ROLES, "maintenance"] },
      idempotencyKey: "required",
      body: readingBody,
      answers: { 201: moveAnswer },
      problems: ["reading-implausible", "wrong-state", "still-running", "idempotency-key-reused"],
      async handle(request) {
        const { body, caller, now, params } = request;
        const before = await findVisible(moves, params.id, caller);
        const typed = { ...body, at: body.at === undefined ? now : new Date(body.at) };
        const { move, repeated } = await typeMoveReading(deps, before, typed, moveRequestOf(request));
        if (!repeated)
          await recordAudit(deps, {
            request,
            siteId: move.siteId,
            action: "moves.type-reading",
            subject: subjectOf(move),
            after: typed,
            reason: move.reason,
          });
        return created(presentMove(move));
      },
    }),
  ];
}

function moveRequestOf(request: {
  caller: PersonCaller;
  now: Date;
  idempotencyKey: string;
  requestHash: string;
}): MoveRequest {
  const { caller, now, idempotencyKey, requestHash } = request;
  return { by: actorOf(caller), now, idempotencyKey, requestHash };
}
