import type { Connection } from "mongoose";
import { JOB_STATES, type Job, type JobItem, jobItemModel, jobModel } from "../jobs/job.model.ts";

/** What became of each item of a job, and whether that is its last word. */
export async function readLastJob(
  connection: Connection,
  jobId: string | null | undefined,
): Promise<{ hasEnded: boolean; items: ReadonlyMap<string, JobItem> }> {
  if (!jobId) return { hasEnded: false, items: new Map() };
  const [job, items] = await Promise.all([
    jobModel(connection).findById(jobId).lean<Job | null>(),
    jobItemModel(connection).find({ jobId }).lean<JobItem[]>(),
  ]);
  return {
    hasEnded: job !== null && JOB_STATES[job.state].isOver,
    items: new Map(items.map((item) => [item.itemId, item])),
  };
}
