import type { Job, JobItem, JobItemState } from "../job.model.ts";
import { type JobRows, RETRIED } from "../job-rows.ts";

/** Jobs on plain values: what the store does with them, without one. */
export function inMemoryJobs(): JobRows & { items(jobId: string): JobItem[] } {
  const jobs = new Map<string, Job>();
  const items = new Map<string, JobItem>();
  const itemsOf = (jobId: string) =>
    [...items.values()].filter((item) => item.jobId === jobId).sort((a, b) => a.position - b.position);

  const change = (job: Job | undefined, set: Partial<Job>): Job | null => {
    if (job === undefined) return null;
    const after = { ...job, ...set };
    jobs.set(job._id, after);
    return { ...after };
  };
  return {
    items: itemsOf,
    find: async (id) => change(jobs.get(id), {}),
    findByKey: async (key) => [...jobs.values()].find((job) => isSameKey(job, key)) ?? null,
    async insert(job) {
      if ([...jobs.values()].some((known) => isSameKey(known, job))) return false;
      jobs.set(job._id, { ...job });
      return true;
    },
    async claim({ kinds, states, now }, set) {
      const [oldest] = [...jobs.values()]
        .filter(({ kind, state }) => kinds.includes(kind) && states.includes(state))
        .filter(({ notBefore, lease }) => notBefore <= now && (lease === null || lease.until <= now))
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
      return change(oldest, set);
    },
    async move(id, { states, isUnheld }, set) {
      const job = jobs.get(id);
      if (job === undefined || !states.includes(job.state) || (isUnheld && job.lease !== null)) return null;
      return change(job, set);
    },
    async write({ id, holder }, set, leaseUntil) {
      const job = jobs.get(id);
      if (job?.lease?.holder !== holder) return null;
      return change(job, {
        ...(leaseUntil === undefined ? {} : { lease: { holder, until: leaseUntil } }),
        ...set,
      });
    },
    async layOut(rows) {
      for (const row of rows) if (!items.has(row._id)) items.set(row._id, { ...row });
    },
    async retry(jobId) {
      for (const item of itemsOf(jobId))
        if (item.state === "failed") items.set(item._id, { ...item, ...RETRIED });
    },
    waiting: async (jobId) => itemsOf(jobId).filter(({ state }) => state === "waiting"),
    async writeItem(id, set) {
      const item = items.get(id);
      if (item?.state === "waiting") items.set(id, { ...item, ...set });
    },
    async count(jobId) {
      const counts: Record<JobItemState, number> = { waiting: 0, done: 0, failed: 0 };
      for (const { state } of itemsOf(jobId)) counts[state] += 1;
      return counts;
    },
  };
}

type Key = Pick<Job, "siteId" | "origin" | "idempotencyKey">;
const isSameKey = (a: Key, b: Key) =>
  a.siteId === b.siteId && a.origin === b.origin && a.idempotencyKey === b.idempotencyKey;
