import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { hasRole, type PersonCaller, READERS, siteScope } from "../http/access.ts";
import { ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, type RouteRequest, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import type { JobKind } from "./define-job.ts";
import { JOB_ITEM_STATES, JOB_STATE_NAMES, type Job, jobItemModel, jobModel } from "./job.model.ts";
import { cancelJob, resumeJob } from "./job-moves.ts";
import { jobAnswer, jobItemAnswer, presentJob, presentJobItem } from "./present-job.ts";

const TAG = "Jobs";
const DIRECTORS = { roles: ["administrator", "property-manager", "campus-admin"] } as const;

const jobList = listQuery({
  sort: ["createdAt"],
  defaultSort: ["createdAt", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    kind: oneOrMany(z.string().max(64)).optional(),
    state: oneOrMany(z.enum(JOB_STATE_NAMES)).optional(),
  },
});
const itemList = listQuery({
  sort: ["position"],
  filter: { state: oneOrMany(z.enum(JOB_ITEM_STATES)).optional() },
});

export function jobRoutes(deps: Deps, kinds: readonly JobKind[]): Route[] {
  const jobs = jobModel(deps.connection);
  const items = jobItemModel(deps.connection);

  const direct = async (
    request: Pick<
      RouteRequest<{ id: string }, undefined, undefined, PersonCaller, undefined>,
      "params" | "caller" | "id" | "now"
    >,
    what: "cancel" | "resume",
    move: (deps: Deps, id: string) => Promise<Job>,
  ) => {
    const { caller, params } = request;
    const before = await findVisible(jobs, params.id, caller);
    const roles = kinds.find(({ kind }) => kind === before.kind)?.roles ?? ["administrator"];
    if (!hasRole(caller, ...roles)) throw new ApiError("forbidden");
    const job = await move(deps, before._id);
    const after = presentJob(job);
    if (job.state !== before.state)
      await recordAudit(deps, {
        request,
        siteId: job.siteId,
        action: `jobs.${what}`,
        subject: { resource: "jobs", id: job._id },
        before: presentJob(before),
        after,
      });
    return ok(after);
  };

  return [
    route({
      method: "get",
      path: "/jobs",
      tag: TAG,
      summary: "Long actions and how far they are, newest first",
      access: { roles: READERS },
      query: jobList,
      answers: { 200: pageOf(jobAnswer) },
      handle: ({ caller, query }) =>
        readPage(jobs, query, { $and: [siteScope(caller), equalityConditions(query.filter)] }, presentJob),
    }),
    route({
      method: "get",
      path: "/jobs/:id",
      tag: TAG,
      summary: "One job",
      access: { roles: READERS },
      answers: { 200: jobAnswer },
      handle: async ({ caller, params }) => ok(presentJob(await findVisible(jobs, params.id, caller))),
    }),
    route({
      method: "get",
      path: "/jobs/:id/items",
      tag: TAG,
      summary: "What became of each item of a job",
      access: { roles: READERS },
      query: itemList,
      answers: { 200: pageOf(jobItemAnswer) },
      async handle({ caller, params, query }) {
        const { _id: jobId } = await findVisible(jobs, params.id, caller);
        const condition = { $and: [{ jobId }, equalityConditions(query.filter)] };
        return readPage(items, query, condition, presentJobItem);
      },
    }),
    route({
      method: "post",
      path: "/jobs/:id/cancel",
      tag: TAG,
      summary: "Stop a job between two items; what is done stays done",
      access: DIRECTORS,
      answers: { 200: jobAnswer },
      problems: ["wrong-state"],
      handle: (request) => direct(request, "cancel", cancelJob),
    }),
    route({
      method: "post",
      path: "/jobs/:id/resume",
      tag: TAG,
      summary: "Go on with a cancelled job, or try what failed again",
      description: "What is done is never done twice, so this needs no key.",
      access: DIRECTORS,
      answers: { 200: jobAnswer },
      problems: ["wrong-state"],
      handle: (request) => direct(request, "resume", resumeJob),
    }),
  ];
}
