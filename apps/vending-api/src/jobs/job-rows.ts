import type { Connection } from "mongoose";
import { isDuplicateKey } from "../db/model.ts";
import {
  type Job,
  type JobItem,
  type JobItemState,
  type JobState,
  jobItemModel,
  jobModel,
} from "./job.model.ts";

/** Whoever starts jobs, moves them or works on them needs no more of the store. Each call is one operation, whole or not at all. */
export interface JobRows {
  find(id: string): Promise<Job | null>;
  findByKey(key: Pick<Job, "siteId" | "origin" | "idempotencyKey">): Promise<Job | null>;
  /** False where its key has a job already. */
  insert(job: Job): Promise<boolean>;
  /** Changes the oldest of these that is due and that nobody holds at `now`. */
  claim(
    wanted: { kinds: readonly string[]; states: readonly JobState[]; now: Date },
    set: Partial<Job>,
  ): Promise<Job | null>;
  /** Null where it is in none of these states, or somebody holds it although nobody should. */
  move(
    id: string,
    expected: { states: readonly JobState[]; isUnheld?: true },
    set: Partial<Job>,
  ): Promise<Job | null>;
  /** For whoever holds it, whose lease then lasts until `leaseUntil`; null where somebody else does. */
  write(held: { id: string; holder: string }, set: Partial<Job>, leaseUntil?: Date): Promise<Job | null>;
  /** Those that are there already stay as they are. */
  layOut(items: readonly JobItem[]): Promise<void>;
  /** Items that failed wait again. */
  retry(jobId: string): Promise<void>;
  /** In the order in which they are to be done. */
  waiting(jobId: string): Promise<JobItem[]>;
  /** Changes the item while it waits; what it has come to stands. */
  writeItem(id: string, set: Partial<JobItem>): Promise<void>;
  count(jobId: string): Promise<Record<JobItemState, number>>;
}

export const RETRIED = { state: "waiting", attempts: 0, problem: null, endedAt: null } as const;

export function storedJobs(connection: Connection): JobRows {
  const jobs = jobModel(connection);
  const items = jobItemModel(connection);
  const change = (condition: object, set: object, sort = {}) =>
    jobs
      .findOneAndUpdate(condition, { $set: set }, { ...sort, returnDocument: "after" })
      .lean<Job | null>()
      .exec();
  return {
    find: (id) => jobs.findById(id).lean<Job | null>().exec(),
    findByKey: ({ siteId, origin, idempotencyKey }) =>
      jobs.findOne({ siteId, origin, idempotencyKey }).lean<Job | null>().exec(),
    async insert(job) {
      try {
        await jobs.create(job);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    claim: ({ kinds, states, now }, set) =>
      change(
        {
          kind: { $in: kinds },
          state: { $in: states },
          notBefore: { $lte: now },
          $or: [{ lease: null }, { "lease.until": { $lte: now } }],
        },
        set,
        { sort: { createdAt: 1 } },
      ),
    move: (id, { states, isUnheld }, set) =>
      change({ _id: id, state: { $in: states }, isLeaving: null, ...(isUnheld ? { lease: null } : {}) }, set),
    write: ({ id, holder }, set, leaseUntil) =>
      change(
        { _id: id, "lease.holder": holder },
        { ...set, ...(leaseUntil === undefined ? {} : { "lease.until": leaseUntil }) },
      ),
    async layOut(rows) {
      const writes = rows.map(({ _id, ...row }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: row }, upsert: true },
      }));
      await items.bulkWrite(writes, { ordered: false });
    },
    async retry(jobId) {
      await items.updateMany({ jobId, state: "failed" }, { $set: RETRIED });
    },
    waiting: (jobId) =>
      items.find({ jobId, state: "waiting" }).sort({ position: 1 }).lean<JobItem[]>().exec(),
    async writeItem(id, set) {
      await items.updateOne({ _id: id, state: "waiting" }, { $set: set });
    },
    async count(jobId) {
      const rows = await items.aggregate<{ _id: JobItemState; items: number }>([
        { $match: { jobId } },
        { $group: { _id: "$state", items: { $sum: 1 } } },
      ]);
      const counted = Object.fromEntries(rows.map(({ _id, items: count }) => [_id, count]));
      return { waiting: 0, done: 0, failed: 0, ...counted };
    },
  };
}
