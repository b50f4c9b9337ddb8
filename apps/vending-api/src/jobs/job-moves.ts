import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { Job, JobState } from "./job.model.ts";
import { type JobRows, storedJobs } from "./job-rows.ts";
import { publishJob } from "./start-job.ts";

type MoveDeps = Pick<Deps, "connection" | "changes" | "clock">;

/**
 * Stops it between two items: what is done stays done. One that nobody works on ends at once. Asked again it stays as it is;
 * throws `wrong-state` when it is over already.
 */
export async function cancelJob(
  deps: MoveDeps,
  id: string,
  rows: JobRows = storedJobs(deps.connection),
): Promise<Job> {
  const ended = await rows.move(
    id,
    { states: ["queued"], isUnheld: true },
    { state: "cancelled", endedAt: deps.clock.now() },
  );
  const moved = ended ?? (await rows.move(id, { states: ["running"] }, { state: "cancelling" }));
  return moved ? told(deps, moved) : asItIs(rows, id, ["cancelling", "cancelled"]);
}

/**
 * Goes on with a cancelled job, or tries the failed items of a failed one again; what is done is never done twice. One under way
 * stays as it is. Throws `wrong-state` when nothing is left to do.
 */
export async function resumeJob(
  deps: MoveDeps,
  id: string,
  rows: JobRows = storedJobs(deps.connection),
): Promise<Job> {
  const again = { state: "queued", retriesFailed: true, problem: null, endedAt: null } as const;
  const states = ["cancelled", "failed"] as const;
  const moved = await rows.move(id, { states }, { ...again, notBefore: deps.clock.now() });
  return moved ? told(deps, moved) : asItIs(rows, id, ["queued", "running"]);
}

function told(deps: MoveDeps, job: Job): Job {
  publishJob(deps, job);
  return job;
}

async function asItIs(rows: JobRows, id: string, fine: readonly JobState[]): Promise<Job> {
  const job = await rows.find(id);
  if (!job) throw new ApiError("not-found");
  if (!fine.includes(job.state)) throw new ApiError("wrong-state", `The job is ${job.state}`);
  return job;
}
