import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";
import type { ErrorCode, FieldError } from "../errors.ts";

/** `failed`: at least one item failed, or its items could not be listed. What is over can be resumed, except `done`. */
export const JOB_STATES = {
  queued: { isOver: false },
  running: { isOver: false },
  cancelling: { isOver: false },
  cancelled: { isOver: true },
  done: { isOver: true },
  failed: { isOver: true },
} as const satisfies Record<string, { isOver: boolean }>;

export type JobState = keyof typeof JOB_STATES;
export const JOB_STATE_NAMES = Object.keys(JOB_STATES) as [JobState, ...JobState[]];

export const JOB_ITEM_STATES = ["waiting", "done", "failed"] as const;
export type JobItemState = (typeof JOB_ITEM_STATES)[number];

export interface JobProblem {
  code: ErrorCode;
  detail: string;
  /** What is wrong with which field of the item. */
  errors?: readonly FieldError[];
}

/** One long action. Worked on by whoever holds its lease. */
export interface Job {
  _id: string;
  siteId: string;
  kind: string;
  /** As its kind parsed them. */
  params: object;
  by: { id: string; name: string };
  state: JobState;
  /** Null until its items are listed. */
  total: number | null;
  done: number;
  failed: number;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Why its items could not be listed. */
  problem: JobProblem | null;
  /** Whose keys these are: a client's never stands in a schedule's way. */
  origin: "request" | "schedule";
  idempotencyKey: string;
  requestHash: string;
  /** Frozen by one write when they are listed; null again once each is a document of its own. */
  itemIds: string[] | null;
  /** Resumed: what failed is to be tried again. */
  retriesFailed: boolean;
  lease: { holder: string; until: Date } | null;
  /** Nobody takes it up earlier. */
  notBefore: Date;
  /** Is being forgotten: its items go first, and it is not resumed any more. */
  isLeaving?: true;
}

/** What became of one item. Written once per run: the first result stands. */
export interface JobItem {
  /** Job and item: frozen items laid out twice are the same documents. */
  _id: string;
  siteId: string;
  jobId: string;
  itemId: string;
  position: number;
  state: JobItemState;
  /** Transient failures so far. */
  attempts: number;
  result: object | null;
  problem: JobProblem | null;
  endedAt: Date | null;
}

const mixed = { type: Schema.Types.Mixed, default: null };

const jobSchema = new Schema<Job>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    kind: { type: String, required: true },
    params: { type: Schema.Types.Mixed, required: true },
    by: { id: String, name: String, _id: false },
    state: { type: String, enum: JOB_STATE_NAMES, required: true },
    total: { type: Number, default: null },
    done: { type: Number, default: 0 },
    failed: { type: Number, default: 0 },
    createdAt: { type: Date, required: true },
    startedAt: { type: Date, default: null },
    endedAt: { type: Date, default: null },
    problem: mixed,
    origin: { type: String, required: true },
    idempotencyKey: { type: String, required: true },
    requestHash: { type: String, required: true },
    itemIds: { type: [String], default: null },
    retriesFailed: { type: Boolean, default: false },
    lease: mixed,
    notBefore: { type: Date, required: true },
    isLeaving: { type: Boolean },
  },
  { collection: "jobs", versionKey: false, minimize: false },
);
jobSchema.index({ siteId: 1, origin: 1, idempotencyKey: 1 }, { unique: true });
jobSchema.index({ siteId: 1, createdAt: -1 });
jobSchema.index({ state: 1, notBefore: 1 });
// What is old enough to be forgotten.
jobSchema.index({ kind: 1, endedAt: 1 });

const jobItemSchema = new Schema<JobItem>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    jobId: { type: String, required: true },
    itemId: { type: String, required: true },
    position: { type: Number, required: true },
    state: { type: String, enum: JOB_ITEM_STATES, required: true },
    attempts: { type: Number, default: 0 },
    result: mixed,
    problem: mixed,
    endedAt: { type: Date, default: null },
  },
  { collection: "jobitems", versionKey: false, minimize: false },
);
jobItemSchema.index({ jobId: 1, state: 1, position: 1 });
jobItemSchema.index({ jobId: 1, position: 1 });

export const jobModel = (connection: Connection) => boundModel<Job>(connection, "Job", jobSchema);
export const jobItemModel = (connection: Connection) =>
  boundModel<JobItem>(connection, "JobItem", jobItemSchema);
