import type { UpdateQuery } from "mongoose";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import type { JobKind } from "./define-job.ts";
import { type Job, jobModel } from "./job.model.ts";

/**
 * How long a dead process keeps a job from the others. Range 10 s–5 min: shorter and a pause of the store costs the lease,
 * longer and a person waits before a dead process.
 */
export const LEASE_MS = 30_000;
const RENEW_INTERVAL_MS = LEASE_MS / 3;

type LeaseDeps = Pick<Deps, "connection" | "clock" | "log">;

/** A job of these kinds that waits, or whose holder is gone; the oldest first. `holder` must be new each time. */
async function claimJob(
  { connection, clock }: LeaseDeps,
  kinds: readonly JobKind[],
  holder: string,
): Promise<Job | null> {
  const now = clock.now();
  const lease = { holder, until: new Date(now.getTime() + LEASE_MS) };
  const free = {
    kind: { $in: kinds.map(({ kind }) => kind) },
    notBefore: { $lte: now },
    $or: [{ lease: null }, { "lease.until": { $lte: now } }],
  };
  const claim = (condition: object, set: object) =>
    jobModel(connection)
      .findOneAndUpdate(
        { ...free, ...condition },
        { $set: { lease, ...set } },
        { sort: { createdAt: 1 }, returnDocument: "after" },
      )
      .lean<Job | null>();
  return (
    (await claim({ state: "queued" }, { state: "running", startedAt: now })) ??
    (await claim({ state: { $in: ["running", "cancelling"] } }, {}))
  );
}

/** The right to work on one job, renewed by a timer. Once lost it never comes back. */
export interface JobLease {
  readonly claimed: Job;
  /** Writes to the job and renews the lease; null when another process has it. */
  write(update: UpdateQuery<Job>): Promise<Job | null>;
  /** Gives the job back with these last changes. */
  release(set: Partial<Job>): Promise<Job | null>;
  stop(): void;
}

/** Takes up the next job, if there is one. */
export async function takeJob(deps: LeaseDeps, kinds: readonly JobKind[]): Promise<JobLease | null> {
  const { connection, clock, log } = deps;
  const holder = newId();
  const claimed = await claimJob(deps, kinds, holder);
  if (!claimed) return null;
  const mine = { _id: claimed._id, "lease.holder": holder };
  const jobs = jobModel(connection);
  const update = (change: UpdateQuery<Job>) =>
    jobs.findOneAndUpdate(mine, change, { returnDocument: "after" }).lean<Job | null>();
  const write: JobLease["write"] = ({ $set, ...others }) =>
    update({ ...others, $set: { ...$set, "lease.until": new Date(clock.now().getTime() + LEASE_MS) } });
  const stop = clock.every(RENEW_INTERVAL_MS, () => {
    write({}).catch((error: unknown) => log.warn({ err: error, jobId: claimed._id }, "lease not renewed"));
  });
  return {
    claimed,
    write,
    release: (set) => update({ $set: { ...set, lease: null } }),
    stop,
  };
}
