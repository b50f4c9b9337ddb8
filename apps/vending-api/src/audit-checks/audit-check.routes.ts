import { z } from "zod";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { EVERY_SITE, seesEverySite } from "../http/access.ts";
import { accepted } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import { jobAnswer } from "../jobs/present-job.ts";
import { requestJob } from "../jobs/start-job.ts";
import { findVisibleSite } from "../places/site.routes.ts";
import { auditCheckJob } from "./audit-check-job.ts";

export function auditCheckRoutes(deps: Deps): Route[] {
  return [
    route({
      method: "post",
      path: "/audit/checks",
      tag: "Audit",
      summary: "Check one site's chain of changes from its beginning, as a job",
      description:
        'Each item is a stretch of the chain; its result counts what is broken there and names the first. Site "*" is the chain of what belongs to no single site.',
      access: { roles: ["administrator"] },
      idempotencyKey: "required",
      body: z.strictObject({ siteId: z.string().min(1).max(64) }),
      answers: { 202: jobAnswer },
      problems: ["not-found"],
      async handle(request) {
        const { caller, body } = request;
        if (body.siteId === EVERY_SITE && !seesEverySite(caller)) throw new ApiError("not-found");
        if (body.siteId !== EVERY_SITE) await findVisibleSite(deps, body.siteId, caller);
        return accepted(await requestJob(deps, auditCheckJob, { siteId: body.siteId, params: {} }, request));
      },
    }),
  ];
}
