import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { siteScope } from "../http/access.ts";
import { accepted, ok, page, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { jobAnswer } from "../jobs/present-job.ts";
import { isJobRequested, requestJob } from "../jobs/start-job.ts";
import { siteOf } from "../vending/visible-purchase.ts";
import { runIdOf } from "./grant-entries.ts";
import { GRANTERS, grantReversalJob, grantRunJob } from "./grant-jobs.ts";
import { grantPolicyModel } from "./grant-policy.model.ts";
import { GRANT_READERS } from "./grant-policy.routes.ts";
import { grantRunModel } from "./grant-run.model.ts";
import { assertBegun, assertMonthOf, assertNotReversed } from "./grant-runs.ts";
import { monthField, presentPreview, presentRuns, previewAnswer, runAnswer } from "./present-grant-run.ts";
import { previewRun } from "./preview-run.ts";
import { grantAnswer, grantsOfRun } from "./run-grants.ts";

const TAG = "Grants";

const runList = listQuery({
  sort: ["createdAt", "month"],
  defaultSort: ["createdAt", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    policyId: oneOrMany(idSchema).optional(),
    month: oneOrMany(monthField).optional(),
  },
});
const grantList = listQuery({ sort: ["householdId"], filter: { householdId: idSchema.optional() } });

export function grantRunRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const runs = grantRunModel(connection);
  return [
    route({
      method: "post",
      path: "/grant-runs",
      tag: TAG,
      summary: "Grant a month by a policy, or go on with it",
      description:
        "Each household gets a month's grant of a policy once for ever, whatever the key: run again, it reaches those that had none. dryRun writes nothing and shows who would get what.",
      access: { roles: GRANTERS },
      idempotencyKey: "required",
      body: z.strictObject({ policyId: idSchema, month: monthField, dryRun: z.boolean().default(false) }),
      answers: { 200: previewAnswer, 202: jobAnswer },
      problems: ["month-without-grant", "run-reversed", "not-found"],
      async handle(request) {
        const { body, caller, now } = request;
        const policy = await findVisible(grantPolicyModel(connection), body.policyId, caller);
        const site = await siteOf(connection, policy.siteId);
        if (body.dryRun) {
          assertMonthOf(policy, body.month);
          return ok(presentPreview(body, await previewRun(connection, policy, body.month, site)));
        }
        // What has been answered under this key is answered again, whatever has happened to policy and run since.
        if (!(await isJobRequested(connection, policy.siteId, request.idempotencyKey))) {
          assertMonthOf(policy, body.month);
          assertBegun(body.month, site.timeZone, now);
          await assertNotReversed(connection, runIdOf(policy._id, body.month));
        }
        const wish = { siteId: policy.siteId, params: { policyId: policy._id, month: body.month } };
        return accepted(await requestJob(deps, grantRunJob, wish, request));
      },
    }),
    route({
      method: "get",
      path: "/grant-runs",
      tag: TAG,
      summary: "Grant runs, newest first",
      access: { roles: GRANT_READERS },
      query: runList,
      answers: { 200: pageOf(runAnswer) },
      async handle({ caller, query }) {
        const condition = { $and: [siteScope(caller), equalityConditions(query.filter)] };
        const rows = await readPage(runs, query, condition, (run) => run);
        return { ...rows, body: await presentRuns(connection, rows.body) };
      },
    }),
    route({
      method: "get",
      path: "/grant-runs/:id",
      tag: TAG,
      summary: "One grant run",
      access: { roles: GRANT_READERS },
      answers: { 200: runAnswer },
      async handle({ caller, params }) {
        const [run] = await presentRuns(connection, [await findVisible(runs, params.id, caller)]);
        return ok(run as z.input<typeof runAnswer>);
      },
    }),
    route({
      method: "get",
      path: "/grant-runs/:id/grants",
      tag: TAG,
      summary: "Each household's grant of a run, and what became of it",
      access: { roles: GRANT_READERS },
      query: grantList,
      answers: { 200: pageOf(grantAnswer) },
      async handle({ caller, params, query }) {
        const run = await findVisible(runs, params.id, caller);
        const { householdId, id } = query.filter;
        const grants = (await grantsOfRun(connection, run)).filter(
          (grant) =>
            (householdId === undefined || grant.householdId === householdId) &&
            (id === undefined || [id].flat().includes(grant.id)),
        );
        if (query.sort.order === "DESC") grants.reverse();
        const { from, to } = query.range;
        return page(grants.slice(from, to + 1), { from, total: grants.length });
      },
    }),
    route({
      method: "post",
      path: "/grant-runs/:id/reverse",
      tag: TAG,
      summary: "Take back what is left of every grant of a run, for ever",
      description: "What was used stays used. The run grants nothing any more, to nobody.",
      access: { roles: GRANTERS },
      idempotencyKey: "required",
      body: z.strictObject({ reason: z.string().trim().min(1).max(200) }),
      answers: { 202: jobAnswer },
      async handle(request) {
        const { body, caller, params } = request;
        const { _id: runId, siteId } = await findVisible(runs, params.id, caller);
        const { reason } = body;
        const wish = { siteId, params: { runId, reason }, reason };
        return accepted(await requestJob(deps, grantReversalJob, wish, request));
      },
    }),
  ];
}
