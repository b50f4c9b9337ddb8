import { setMaxListeners } from "node:events";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { toApiError } from "../http/problem.ts";
import { itemKey, type JobKind } from "./define-job.ts";
import type { Job, JobItem, JobItemState } from "./job.model.ts";
import { type JobLease, takeJob } from "./job-lease.ts";
import { type JobRows, storedJobs } from "./job-rows.ts";
import { publishJob } from "./start-job.ts";

/** What the frozen list may hold: with ids of 24 characters a quarter of MongoDB's 16 MB document. */
const MOST_ITEMS = 100_000;
/** How long a job whose items met a passing trouble rests. Range 1 s–10 min. */
const RETRY_AFTER_MS = 10_000;
/** An item that meets trouble so often has failed. Range 2–100: with the rest above, five minutes. */
const MOST_ATTEMPTS = 30;
const LAID_OUT_AT_A_TIME = 1000;

/** Works on the next free job until it is over, given back or taken away. False when there was none. */
export async function runNextJob(
  deps: Deps,
  kinds: readonly JobKind[],
  rows: JobRows = storedJobs(deps.connection),
): Promise<boolean> {
  const lease = await takeJob(deps, kinds, rows);
  if (!lease) return false;
  const kind = kinds.find((known) => known.kind === lease.claimed.kind);
  if (!kind) throw new RangeError(`claimed a job of the unknown kind ${lease.claimed.kind}`);
  try {
    await runJob({ kind, lease, rows, deps });
  } catch (error) {
    // Nothing is lost: the lease runs out, and whoever takes the job up goes on where the store says it stands.
    if (!deps.stopping.aborted) deps.log.warn({ err: error, jobId: lease.claimed._id }, "job cut off");
  } finally {
    lease.stop();
  }
  return true;
}

/** Everything that work on one job goes with. */
interface Shift {
  kind: JobKind;
  lease: JobLease;
  rows: JobRows;
  deps: Deps;
}

async function runJob(shift: Shift): Promise<void> {
  const { lease, rows, deps } = shift;
  if (lease.claimed.state === "running") {
    const job = await prepareItems(shift);
    if (!job) return;
    publishJob(deps, job);
    if (!(await runWaitingItems(shift, job))) return;
  }
  const now = deps.clock.now();
  const counts = await rows.count(lease.claimed._id);
  const current = await lease.write({ done: counts.done, failed: counts.failed });
  if (!current) return;
  const isOver = counts.waiting === 0 && current.total !== null;
  const rest = new Date(now.getTime() + (deps.stopping.aborted ? 0 : RETRY_AFTER_MS));
  const last = isOver
    ? { state: counts.failed === 0 ? ("done" as const) : ("failed" as const), endedAt: now }
    : current.state === "cancelling"
      ? { state: "cancelled" as const, endedAt: now }
      : { notBefore: rest };
  const released = await lease.release(last);
  if (released) publishJob(deps, released);
}

/** Every item a document of its own; null when the job is over or lost before that. */
async function prepareItems(shift: Shift): Promise<Job | null> {
  const { lease, rows } = shift;
  let job: Job | null = lease.claimed;
  if (job.total === null) {
    const itemIds = await listItems(shift);
    job = itemIds && (await lease.write({ itemIds, total: itemIds.length }));
  }
  if (job?.itemIds) {
    await layOut(rows, job, job.itemIds);
    job = await lease.write({ itemIds: null });
  }
  if (job?.retriesFailed) {
    await rows.retry(job._id);
    job = await lease.write({ retriesFailed: false });
  }
  return job;
}

/** Null when the job went back to the others, to be listed later, or failed over it. */
async function listItems({ kind, lease, deps }: Shift): Promise<string[] | null> {
  try {
    const itemIds = [...new Set(await kind.listItems(lease.claimed, deps))];
    if (itemIds.length <= MOST_ITEMS) return itemIds;
    throw new ApiError("job-too-large", `${itemIds.length} items are more than ${MOST_ITEMS}`);
  } catch (error) {
    const problem = toApiError(error);
    if (problem.code === "internal") deps.log.error({ err: error, jobId: lease.claimed._id }, "job failed");
    const now = deps.clock.now();
    const released = await lease.release(
      problem.failureClass === "transient"
        ? { notBefore: new Date(now.getTime() + RETRY_AFTER_MS) }
        : { state: "failed", endedAt: now, problem: { code: problem.code, detail: problem.message } },
    );
    if (released) publishJob(deps, released);
    return null;
  }
}

/** Laid out again after a crash, the same ids meet the same documents. */
async function layOut(rows: JobRows, job: Job, itemIds: readonly string[]): Promise<void> {
  for (let from = 0; from < itemIds.length; from += LAID_OUT_AT_A_TIME) {
    const items = itemIds.slice(from, from + LAID_OUT_AT_A_TIME).map(
      (itemId, index): JobItem => ({
        _id: itemKey(job._id, itemId),
        siteId: job.siteId,
        jobId: job._id,
        itemId,
        position: from + index,
        state: "waiting",
        attempts: 0,
        result: null,
        problem: null,
        endedAt: null,
      }),
    );
    await rows.layOut(items);
  }
}

/** Runs each waiting item once. False when the lease was lost: the rest is another process's. */
async function runWaitingItems(shift: Shift, job: Job): Promise<boolean> {
  const { kind, lease, rows, deps } = shift;
  const { done, failed } = await rows.count(job._id);
  const counts = { done, failed, waiting: 0 };
  const waiting = await rows.waiting(job._id);
  let isLost = false;
  let isStopped = false;
  // Each item under way listens, and ten is Node's guess at a leak.
  setMaxListeners(0, deps.stopping);
  const worker = async () => {
    try {
      while (!isStopped && !deps.stopping.aborted) {
        const item = waiting.shift();
        if (!item) return;
        counts[await runItem(shift, job, item)] += 1;
        const current = await lease.write({ done: counts.done, failed: counts.failed });
        if (current) publishJob(deps, current);
        isLost ||= current === null;
        isStopped ||= current?.state !== "running";
      }
    } catch (error) {
      isStopped = true;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: kind.concurrency }, worker));
  return !isLost;
}

/** What became of it; `waiting`: it is tried again later. The first result stands, whoever wrote it. */
async function runItem({ kind, rows, deps }: Shift, job: Job, item: JobItem): Promise<JobItemState> {
  const { clock, log } = deps;
  const write = (set: Partial<JobItem>) => rows.writeItem(item._id, set);
  try {
    const result = await unlessStopped(deps.stopping, kind.runItem(job, item.itemId, deps));
    await write({ state: "done", result, problem: null, endedAt: clock.now() });
    return "done";
  } catch (error) {
    if (deps.stopping.aborted) return "waiting";
    const { failureClass, code, message: detail, errors } = toApiError(error);
    if (code === "internal") log.error({ err: error, itemId: item._id }, "item of a job failed");
    const problem = { code, detail, ...(errors.length === 0 ? {} : { errors }) };
    if (failureClass === "transient" && item.attempts + 1 < MOST_ATTEMPTS) {
      await write({ problem, attempts: item.attempts + 1 });
      return "waiting";
    }
    await write({ state: "failed", problem, endedAt: clock.now() });
    return "failed";
  }
}

/** A process that stops does not wait for an item: done again elsewhere it has the same effect. */
async function unlessStopped<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  let stop = () => {};
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new ApiError("stopping"));
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
