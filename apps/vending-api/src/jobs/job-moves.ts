import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { type Job, type JobState, jobModel } from "./job.model.ts";
import { publishJob } from "./start-job.ts";

type MoveDeps = Pick<Deps, "connection" | "changes" | "clock">;

/**
 * Stops it between two items: what is done stays done. One that nobody works on ends at once. Asked again it stays as it is;
 * throws `wrong-state` when it is over already.
 */
export async function cancelJob(deps: MoveDeps, id: string): Promise<Job> {
  const waiting = { state: "queued", lease: null } as const;
  const ended = await moveJob(deps, id, waiting, { state: "cancelled", endedAt: deps.clock.now() });
  if (ended) return ended;
  const told = await moveJob(deps, id, { state: "running" }, { state: "cancelling" });
  return told ?? asItIs(deps, id, ["cancelling", "cancelled"]);
}

/**
 * Goes on with a cancelled job, or tries the failed items of a failed one again; what is done is never done twice. One under way
 * stays as it is. Throws `wrong-state` when nothing is left to do.
 */
export async function resumeJob(deps: MoveDeps, id: string): Promise<Job> {
  const again = { state: "queued", retriesFailed: true, problem: null, endedAt: null } as const;
  const moved = await moveJob(
    deps,
    id,
    { state: { $in: ["cancelled", "failed"] }, isLeaving: null },
    { ...again, notBefore: deps.clock.now() },
  );
  return moved ?? asItIs(deps, id, ["queued", "running"]);
}

async function moveJob(deps: MoveDeps, id: string, expected: object, set: Partial<Job>): Promise<Job | null> {
  const moved = await jobModel(deps.connection)
    .findOneAndUpdate({ _id: id, ...expected }, { $set: set }, { returnDocument: "after" })
    .lean<Job | null>();
  if (moved) publishJob(deps, moved);
  return moved;
}

async function asItIs({ connection }: MoveDeps, id: string, fine: readonly JobState[]): Promise<Job> {
  const job = await jobModel(connection).findById(id).lean<Job | null>();
  if (!job) throw new ApiError("not-found");
  if (!fine.includes(job.state)) throw new ApiError("wrong-state", `The job is ${job.state}`);
  return job;
}
