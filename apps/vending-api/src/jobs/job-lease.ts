import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import type { JobKind } from "./define-job.ts";
import type { Job } from "./job.model.ts";
import type { JobRows } from "./job-rows.ts";

/**
 * How long a dead process keeps a job from the others. Range 10 s–5 min: shorter and a pause of the store costs the lease,
 * longer and a person waits before a dead process.
 */
export const LEASE_MS = 30_000;
const RENEW_INTERVAL_MS = LEASE_MS / 3;

type LeaseDeps = Pick<Deps, "clock" | "log">;

/** A job of these kinds that waits, or whose holder is gone; the oldest first. `holder` must be new each time. */
async function claimJob(
  { clock }: LeaseDeps,
  kinds: readonly JobKind[],
  rows: JobRows,
  holder: string,
): Promise<Job | null> {
  const now = clock.now();
  const lease = { holder, until: new Date(now.getTime() + LEASE_MS) };
  const free = { kinds: kinds.map(({ kind }) => kind), now };
  return (
    (await rows.claim({ ...free, states: ["queued"] }, { lease, state: "running", startedAt: now })) ??
    (await rows.claim({ ...free, states: ["running", "cancelling"] }, { lease }))
  );
}

/** The right to work on one job, renewed by a timer. Once lost it never comes back. */
export interface JobLease {
  readonly claimed: Job;
  /** Writes to the job and renews the lease; null when another process has it. */
  write(set: Partial<Job>): Promise<Job | null>;
  /** Gives the job back with these last changes. */
  release(set: Partial<Job>): Promise<Job | null>;
  stop(): void;
}

/** Takes up the next job, if there is one. */
export async function takeJob(
  deps: LeaseDeps,
  kinds: readonly JobKind[],
  rows: JobRows,
): Promise<JobLease | null> {
  const { clock, log } = deps;
  const holder = newId();
  const claimed = await claimJob(deps, kinds, rows, holder);
  if (!claimed) return null;
  const mine = { id: claimed._id, holder };
  const write: JobLease["write"] = (set) => rows.write(mine, set, new Date(clock.now().getTime() + LEASE_MS));
  const stop = clock.every(RENEW_INTERVAL_MS, () => {
    write({}).catch((error: unknown) => log.warn({ err: error, jobId: claimed._id }, "lease not renewed"));
  });
  return {
    claimed,
    write,
    release: (set) => rows.write(mine, { ...set, lease: null }),
    stop,
  };
}
