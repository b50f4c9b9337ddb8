import type { Connection } from "mongoose";
import type { JobKind } from "./define-job.ts";
import { JOB_STATE_NAMES, JOB_STATES, jobItemModel, jobModel } from "./job.model.ts";
import type { Schedule } from "./schedules.ts";

/**
 * Days for which a job that is over, and what became of each of its items, can still be read. Range 7–3650, default 90: a quarter,
 * for whoever asks what an import did. An import of 100,000 rows keeps as many item rows, some 30 MB, until then.
 */
export const RETENTION_DAYS = { least: 7, most: 3650, default: 90 } as const;

const DAY_MS = 86_400_000;
/** Jobs that are chosen in one query. */
const AT_ONCE = 100;
const OVER = JOB_STATE_NAMES.filter((state) => JOB_STATES[state].isOver);

/** At night in UTC+8; in the evening in Europe, when nobody imports either. */
export function jobRetention(kinds: readonly JobKind[], retentionDays: number): Schedule {
  return {
    name: "job-retention",
    pattern: "17 19 * * *",
    async run({ connection }, { dueAt }) {
      await forgetJobs(connection, kinds, new Date(dueAt.getTime() - retentionDays * DAY_MS));
    },
  };
}

/** Forgets jobs that ended before an instant, of the kinds that nothing refers to. Returns how many. */
export async function forgetJobs(
  connection: Connection,
  kinds: readonly JobKind[],
  endedBefore: Date,
): Promise<number> {
  const jobs = jobModel(connection);
  const old = {
    kind: { $in: kinds.filter(({ isForgotten }) => isForgotten).map(({ kind }) => kind) },
    state: { $in: OVER },
    endedAt: { $lt: endedBefore },
  };
  let forgotten = 0;
  for (;;) {
    const found = await jobs.find(old, { _id: 1 }).limit(AT_ONCE).lean<{ _id: string }[]>();
    if (found.length === 0) return forgotten;
    const chosen = { _id: { $in: found.map(({ _id }) => _id) } };
    // From here on they can't be resumed; one that was in this moment is not old any more, and stays.
    await jobs.updateMany({ ...old, ...chosen }, { $set: { isLeaving: true } });
    const leaving = await jobs.distinct("_id", { ...chosen, isLeaving: true });
    // Whatever ends this halfway, the job itself is found again.
    await jobItemModel(connection).deleteMany({ jobId: { $in: leaving } });
    await jobs.deleteMany({ _id: { $in: leaving } });
    forgotten += leaving.length;
  }
}
