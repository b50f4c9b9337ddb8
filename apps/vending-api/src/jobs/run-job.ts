import { setMaxListeners } from "node:events";
import type { Connection } from "mongoose";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { toApiError } from "../http/problem.ts";
import { itemKey, type JobKind } from "./define-job.ts";
import { type Job, type JobItem, jobItemModel } from "./job.model.ts";
import { type JobLease, takeJob } from "./job-lease.ts";
import { publishJob } from "./start-job.ts";

/** What the frozen list may hold: with ids of 24 characters a quarter of MongoDB's 16 MB document. */
const MOST_ITEMS = 100_000;
/** How long a job whose items met a passing trouble rests. Range 1 s–10 min. */
const RETRY_AFTER_MS = 10_000;
/** An item that meets trouble so often has failed. Range 2–100: with the rest above, five minutes. */
const MOST_ATTEMPTS = 30;
const LAID_OUT_AT_A_TIME = 1000;

/** Works on the next free job until it is over, given back or taken away. False when there was none. */
export async function runNextJob(deps: Deps, kinds: readonly JobKind[]): Promise<boolean> {
  const lease = await takeJob(deps, kinds);
  if (!lease) return false;
  const kind = kinds.find((known) => known.kind === lease.claimed.kind);
  if (!kind) throw new RangeError(`claimed a job of the unknown kind ${lease.claimed.kind}`);
  try {
    await runJob(kind, lease, deps);
  } catch (error) {
    // Nothing is lost: the lease runs out, and whoever takes the job up goes on where the store says it stands.
    if (!deps.stopping.aborted) deps.log.warn({ err: error, jobId: lease.claimed._id }, "job cut off");
  } finally {
    lease.stop();
  }
  return true;
}

async function runJob(kind: JobKind, lease: JobLease, deps: Deps): Promise<void> {
  const { connection } = deps;
  if (lease.claimed.state === "running") {
    const job = await prepareItems(kind, lease, deps);
    if (!job) return;
    publishJob(deps, job);
    if (!(await runWaitingItems(kind, job, lease, deps))) return;
  }
  const now = deps.clock.now();
  const counts = await countItems(connection, lease.claimed._id);
  const current = await lease.write({ $set: { done: counts.done, failed: counts.failed } });
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
async function prepareItems(kind: JobKind, lease: JobLease, deps: Deps): Promise<Job | null> {
  const { connection } = deps;
  let job: Job | null = lease.claimed;
  if (job.total === null) {
    const itemIds = await listItems(kind, lease, deps);
    job = itemIds && (await lease.write({ $set: { itemIds, total: itemIds.length } }));
  }
  if (job?.itemIds) {
    await layOut(connection, job, job.itemIds);
    job = await lease.write({ $set: { itemIds: null } });
  }
  if (job?.retriesFailed) {
    await jobItemModel(connection).updateMany(
      { jobId: job._id, state: "failed" },
      { $set: { state: "waiting", attempts: 0, problem: null, endedAt: null } },
    );
    job = await lease.write({ $set: { retriesFailed: false } });
  }
  return job;
}

/** Null when the job went back to the others, to be listed later, or failed over it. */
async function listItems(kind: JobKind, lease: JobLease, deps: Deps): Promise<string[] | null> {
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
async function layOut(connection: Connection, job: Job, itemIds: readonly string[]): Promise<void> {
  for (let from = 0; from < itemIds.length; from += LAID_OUT_AT_A_TIME) {
    const writes = itemIds.slice(from, from + LAID_OUT_AT_A_TIME).map((itemId, index) => {
      const _id = itemKey(job._id, itemId);
      const row: Omit<JobItem, "_id"> = {
        siteId: job.siteId,
        jobId: job._id,
        itemId,
        position: from + index,
        state: "waiting",
        attempts: 0,
        result: null,
        problem: null,
        endedAt: null,
      };
      return { updateOne: { filter: { _id }, update: { $setOnInsert: row }, upsert: true } };
    });
    await jobItemModel(connection).bulkWrite(writes, { ordered: false });
  }
}

/** Runs each waiting item once. False when the lease was lost: the rest is another process's. */
async function runWaitingItems(kind: JobKind, job: Job, lease: JobLease, deps: Deps): Promise<boolean> {
  const { done, failed } = await countItems(deps.connection, job._id);
  const counts = { done, failed, waiting: 0 };
  const waiting = await jobItemModel(deps.connection)
    .find({ jobId: job._id, state: "waiting" })
    .sort({ position: 1 })
    .lean<JobItem[]>();
  let isLost = false;
  let isStopped = false;
  // Each item under way listens, and ten is Node's guess at a leak.
  setMaxListeners(0, deps.stopping);
  const worker = async () => {
    try {
      while (!isStopped && !deps.stopping.aborted) {
        const item = waiting.shift();
        if (!item) return;
        counts[await runItem(kind, job, item, deps)] += 1;
        const current = await lease.write({ $set: { done: counts.done, failed: counts.failed } });
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
async function runItem(
  kind: JobKind,
  job: Job,
  item: JobItem,
  deps: Deps,
): Promise<keyof Awaited<ReturnType<typeof countItems>>> {
  const { connection, clock, log } = deps;
  const items = jobItemModel(connection);
  const unfinished = { _id: item._id, state: "waiting" as const };
  try {
    const result = await unlessStopped(deps.stopping, kind.runItem(job, item.itemId, deps));
    await items.updateOne(unfinished, {
      $set: { state: "done", result, problem: null, endedAt: clock.now() },
    });
    return "done";
  } catch (error) {
    if (deps.stopping.aborted) return "waiting";
    const { failureClass, code, message: detail, errors } = toApiError(error);
    if (code === "internal") log.error({ err: error, itemId: item._id }, "item of a job failed");
    const problem = { code, detail, ...(errors.length === 0 ? {} : { errors }) };
    if (failureClass === "transient" && item.attempts + 1 < MOST_ATTEMPTS) {
      await items.updateOne(unfinished, { $set: { problem }, $inc: { attempts: 1 } });
      return "waiting";
    }
    await items.updateOne(unfinished, { $set: { state: "failed", problem, endedAt: clock.now() } });
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

async function countItems(
  connection: Connection,
  jobId: string,
): Promise<{ waiting: number; done: number; failed: number }> {
  const rows = await jobItemModel(connection).aggregate<{ _id: JobItem["state"]; items: number }>([
    { $match: { jobId } },
    { $group: { _id: "$state", items: { $sum: 1 } } },
  ]);
  const counted = Object.fromEntries(rows.map(({ _id, items }) => [_id, items]));
  return { waiting: 0, done: 0, failed: 0, ...counted };
}
