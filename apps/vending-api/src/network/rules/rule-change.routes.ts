import { circuitRulesSchema, idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { newId } from "../../db/model.ts";
import type { Deps } from "../../deps.ts";
import { ApiError } from "../../errors.ts";
import { actorOf, type PersonCaller, READERS, STAFF, siteScope } from "../../http/access.ts";
import { created, ok, pageOf } from "../../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../../http/list-query.ts";
import { type Route, route } from "../../http/route.ts";
import { findVisible } from "../../http/visible-row.ts";
import { householdModel } from "../../places/household.model.ts";
import { unknownReference } from "../../places/reference.ts";
import { findVisibleSite } from "../../places/site.routes.ts";
import { unitModel } from "../../places/unit.model.ts";
import { type Circuit, circuitModel } from "../circuit.model.ts";
import { carryOut } from "./apply-rule-change.ts";
import { type RuleChange, ruleChangeModel } from "./rule-change.model.ts";
import {
  fingerprintOf,
  type PlannedCircuit,
  planChange,
  RULE_NAMES,
  RULE_NOTES,
  ruleChangesSchema,
  ruleSetsOf,
} from "./rule-changes.ts";

const TAG = "Network";
/** Written while the caller waits, as one document of some megabytes. */
const MOST_CIRCUITS = 2000;

const circuitIdsField = z.array(idSchema).min(1).max(MOST_CIRCUITS);
const choiceFields = {
  siteId: idSchema,
  buildingId: idSchema.optional().meta({ description: "Only the circuits of this building's households." }),
  circuitIds: circuitIdsField
    .optional()
    .meta({ description: "Only these. Without either, every circuit of the site." }),
  changes: ruleChangesSchema.meta({
    description: "A rule to set, null to remove it; what is left out stays.",
  }),
};
const reasonField = z.string().trim().min(1).max(500);

const previewAnswer = z
  .object({
    fingerprint: z
      .string()
      .meta({ description: "Send it with the change: it is carried out as previewed, or not at all." }),
    circuits: z.array(
      z.object({
        circuitId: idSchema,
        name: z.string(),
        before: circuitRulesSchema,
        after: circuitRulesSchema,
        changed: z.array(z.enum(RULE_NAMES)),
        notes: z.array(z.enum(RULE_NOTES)),
      }),
    ),
  })
  .meta({ id: "RuleChangePreview" });

const changeAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    at: instantSchema,
    by: z.object({ id: idSchema, name: z.string(), role: z.string() }),
    reason: z.string(),
    rules: z.array(z.enum(RULE_NAMES)),
    circuits: z.int(),
    undoOf: idSchema.optional(),
    undoneBy: idSchema.optional().meta({ description: "The change that took this one back." }),
  })
  .meta({ id: "RuleChange" });

const outcomeAnswer = z
  .object({
    id: idSchema,
    done: z.array(idSchema),
    failed: z
      .array(z.object({ id: idSchema, code: z.enum(["conflict"]) }))
      .meta({ description: "Circuits whose rules somebody else changed meanwhile; they keep those." }),
  })
  .meta({ id: "RuleChangeOutcome" });

const ruleSetsAnswer = z
  .object({
    sets: z
      .array(z.object({ id: z.string(), rules: circuitRulesSchema, circuitIds: z.array(idSchema) }))
      .meta({ description: "The most frequent first." }),
  })
  .meta({ id: "RuleSets" });

function presentChange(row: RuleChange, undoneBy: string | undefined): z.input<typeof changeAnswer> {
  const { _id: id, siteId, at, by, reason, changes, circuits, undoOf } = row;
  return {
    id,
    siteId,
    at: at.toISOString(),
    by,
    reason,
    rules: RULE_NAMES.filter((rule) => changes !== null && rule in changes),
    circuits: circuits.length,
    ...(undoOf !== undefined && { undoOf }),
    ...(undoneBy !== undefined && { undoneBy }),
  };
}

const presentOutcome = ({ change, done, failed }: Awaited<ReturnType<typeof carryOut>>) => ({
  id: change._id,
  done,
  failed: failed.map((id) => ({ id, code: "conflict" as const })),
});

const choiceSchema = z.object(choiceFields);

async function planOf(
  deps: Deps,
  choice: z.output<typeof choiceSchema>,
  caller: PersonCaller,
): Promise<PlannedCircuit[]> {
  const circuits = await chosenCircuits(deps, choice, caller);
  const feeders = await circuitModel(deps.connection).distinct("feederId", { siteId: choice.siteId });
  const feederIds = new Set(feeders.flatMap((id) => id ?? []));
  return planChange(choice.changes, circuits, feederIds);
}

/** The circuits that are meant. Throws `not-found`, `reference-unknown`, `job-too-large`. */
async function chosenCircuits(
  deps: Deps,
  { siteId, buildingId, circuitIds }: z.output<typeof choiceSchema>,
  caller: PersonCaller,
): Promise<Circuit[]> {
  const { connection } = deps;
  await findVisibleSite(deps, siteId, caller);
  const chosen = circuitIds && [...new Set(circuitIds)];
  const condition: Record<string, unknown> = { siteId };
  if (chosen !== undefined) condition._id = { $in: chosen };
  else if (buildingId !== undefined) {
    const unitIds = await unitModel(connection).distinct("_id", { siteId, buildingId });
    if (unitIds.length === 0) throw unknownReference("buildingId");
    const households = await householdModel(connection).distinct("_id", { unitId: { $in: unitIds } });
    condition.householdId = { $in: households };
  }
  const found = await circuitModel(connection)
    .find(condition)
    .sort({ name: 1, _id: 1 })
    .limit(MOST_CIRCUITS + 1)
    .lean<Circuit[]>();
  if (chosen !== undefined && found.length !== chosen.length) throw unknownReference("circuitIds");
  if (found.length > MOST_CIRCUITS) throw new ApiError("job-too-large", `At most ${MOST_CIRCUITS} circuits`);
  return found;
}

export function ruleChangeRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const model = ruleChangeModel(connection);
  return [
    route({
      method: "get",
      path: "/rule-sets",
      tag: TAG,
      summary: "Which rules circuits of a site have: those that are alike together",
      access: { roles: READERS },
      query: z.strictObject({ siteId: idSchema }),
      answers: { 200: ruleSetsAnswer },
      async handle({ query, caller }) {
        await findVisibleSite(deps, query.siteId, caller);
        const circuits = await circuitModel(connection)
          .find({ siteId: query.siteId }, { rules: 1, name: 1 })
          .sort({ name: 1, _id: 1 })
          .lean<Pick<Circuit, "_id" | "rules">[]>();
        return ok({ sets: ruleSetsOf(circuits) });
      },
    }),
    route({
      method: "post",
      path: "/rule-changes/preview",
      tag: TAG,
      summary: "What a change of rules would make of each circuit; changes nothing",
      access: { roles: STAFF },
      body: choiceSchema.strict(),
      answers: { 200: previewAnswer },
      problems: ["reference-unknown", "job-too-large"],
      async handle({ body, caller }) {
        const plan = await planOf(deps, body, caller);
        return ok({ fingerprint: fingerprintOf(plan), circuits: plan });
      },
    }),
    route({
      method: "post",
      path: "/rule-changes",
      tag: TAG,
      summary: "Change rules of many circuits at once, as previewed",
      description:
        "Carried out only when the circuits are still as the preview showed them, else `conflict`. Can be taken back.",
      access: { roles: STAFF },
      idempotencyKey: "required",
      body: z.strictObject({ ...choiceFields, fingerprint: z.string().max(64), reason: reasonField }),
      answers: { 201: outcomeAnswer },
      problems: ["reference-unknown", "job-too-large", "conflict", "idempotency-key-reused"],
      async handle(request) {
        const { body, caller, now, idempotencyKey, requestHash } = request;
        const { siteId, changes, reason } = body;
        const plan = await planOf(deps, body, caller);
        const known = await model.exists({ siteId, idempotencyKey });
        if (!known && fingerprintOf(plan) !== body.fingerprint) throw new ApiError("conflict");
        const change: RuleChange = {
          _id: newId(),
          siteId,
          at: now,
          by: actorOf(caller),
          reason,
          changes,
          circuits: plan
            .filter(({ changed }) => changed.length > 0)
            .map(({ circuitId, name, before, after }) => ({ circuitId, name, before, after })),
          idempotencyKey,
          requestHash,
        };
        return created(presentOutcome(await carryOut(deps, change, request)));
      },
    }),
    route({
      method: "get",
      path: "/rule-changes",
      tag: TAG,
      summary: "Changes of many circuits' rules, newest first",
      access: { roles: READERS },
      query: listQuery({
        sort: ["at"],
        defaultSort: ["at", "DESC"],
        filter: { siteId: oneOrMany(idSchema).optional() },
      }),
      answers: { 200: pageOf(changeAnswer) },
      async handle({ caller, query }) {
        const condition = { $and: [siteScope(caller), equalityConditions(query.filter)] };
        const page = await readPage(model, query, condition, (row) => row);
        const undos = await model
          .find({ undoOf: { $in: page.body.map(({ _id }) => _id) } }, { undoOf: 1 })
          .lean<Pick<RuleChange, "_id" | "undoOf">[]>();
        const undoneBy = new Map(undos.map(({ _id, undoOf }) => [undoOf, _id]));
        return { ...page, body: page.body.map((row) => presentChange(row, undoneBy.get(row._id))) };
      },
    }),
    route({
      method: "post",
      path: "/rule-changes/:id/undo",
      tag: TAG,
      summary: "Give circuits back the rules they had before a change",
      description: "Circuits whose rules were changed again since keep those, and are listed as failed.",
      access: { roles: STAFF },
      idempotencyKey: "required",
      body: z.strictObject({ reason: reasonField }),
      answers: { 201: outcomeAnswer },
      problems: ["wrong-state", "idempotency-key-reused"],
      async handle(request) {
        const { params, body, caller, now, idempotencyKey, requestHash } = request;
        const first = await findVisible(model, params.id, caller);
        const undo: RuleChange = {
          _id: newId(),
          siteId: first.siteId,
          at: now,
          by: actorOf(caller),
          reason: body.reason,
          changes: null,
          circuits: first.circuits.map(({ before, after, ...circuit }) => ({
            ...circuit,
            before: after,
            after: before,
          })),
          undoOf: first._id,
          idempotencyKey,
          requestHash,
        };
        return created(presentOutcome(await carryOut(deps, undo, request)));
      },
    }),
  ];
}
