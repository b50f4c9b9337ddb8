import type { Connection } from "mongoose";
import type { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { PersonCaller } from "../http/access.ts";
import type { JobKind } from "./define-job.ts";
import { type Job, jobModel } from "./job.model.ts";
import { type JobRows, storedJobs } from "./job-rows.ts";
import { type jobAnswer, presentJob } from "./present-job.ts";

export interface JobStart<Params> {
  siteId: string;
  params: Params;
  by: { id: string; name: string };
  origin: Job["origin"];
  idempotencyKey: string;
  requestHash: string;
  now: Date;
}

type StartDeps = Pick<Deps, "connection" | "changes">;

/**
 * Stores a job; some process takes it up within a second. The same key and request give the same job, another request under the
 * key is refused with `idempotency-key-reused`. `repeated`: it was started before.
 */
export async function startJob<Params>(
  deps: StartDeps,
  kind: JobKind<Params>,
  start: JobStart<Params>,
  rows: JobRows = storedJobs(deps.connection),
): Promise<{ job: Job; repeated: boolean }> {
  const { params, now, ...given } = start;
  const job: Job = {
    _id: newId(),
    ...given,
    kind: kind.kind,
    params: kind.parseParams(params),
    state: "queued",
    total: null,
    done: 0,
    failed: 0,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    problem: null,
    itemIds: null,
    retriesFailed: false,
    lease: null,
    notBefore: now,
  };
  if (!(await rows.insert(job))) {
    const first = await rows.findByKey(start);
    if (first?.requestHash !== start.requestHash) throw new ApiError("idempotency-key-reused");
    return { job: first, repeated: true };
  }
  publishJob(deps, job);
  return { job, repeated: false };
}

/** A person's request for a job, audited; its answer for a 202. Rejects as `startJob` does. */
export async function requestJob<Params>(
  deps: StartDeps,
  kind: JobKind<Params>,
  wish: { siteId: string; params: Params; reason?: string | undefined },
  request: {
    readonly caller: PersonCaller;
    readonly id: string;
    readonly now: Date;
    readonly idempotencyKey: string;
    readonly requestHash: string;
  },
): Promise<z.input<typeof jobAnswer>> {
  const { caller, idempotencyKey, requestHash, now } = request;
  const { siteId, params, reason } = wish;
  const by = { id: caller.id, name: caller.name };
  const start = { siteId, params, by, origin: "request" as const, idempotencyKey, requestHash, now };
  const { job, repeated } = await startJob(deps, kind, start);
  const after = presentJob(job);
  if (!repeated)
    await recordAudit(deps, {
      request,
      siteId,
      action: "jobs.start",
      subject: { resource: "jobs", id: job._id },
      after,
      reason,
    });
  return after;
}

/** Whether a client's key has a job already. */
export async function isJobRequested(
  connection: Connection,
  siteId: string,
  idempotencyKey: string,
): Promise<boolean> {
  return (await jobModel(connection).exists({ siteId, origin: "request", idempotencyKey })) !== null;
}

export function publishJob({ changes }: Pick<Deps, "changes">, { _id: id, siteId }: Job): void {
  changes.publish({ resource: "jobs", id, siteId });
}
