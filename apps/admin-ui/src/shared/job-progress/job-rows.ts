import type { FieldProblem } from "../../api/problem.ts";

export const JOB_STATES = ["queued", "running", "cancelling", "cancelled", "done", "failed"] as const;
export type JobState = (typeof JOB_STATES)[number];

/** How far a long action is. */
export interface JobCounts {
  state: JobState;
  /** Null until its items are listed. */
  total: number | null;
  done: number;
  failed: number;
}

export interface Job extends JobCounts {
  id: string;
  siteId: string;
  kind: string;
  params: Record<string, unknown>;
  by: { id: string; name: string };
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** Why its items could not be listed. */
  problem: JobItemProblem | null;
}

export interface JobItemProblem {
  code: string;
  detail: string;
  /** What is wrong with which field of the item. */
  errors?: readonly FieldProblem[];
}

export type JobItemState = "waiting" | "done" | "failed";

export interface JobItem {
  id: string;
  itemId: string;
  position: number;
  state: JobItemState;
  /** Tried so often without an answer; it is tried again. */
  attempts: number;
  result: Record<string, unknown> | null;
  problem: JobItemProblem | null;
  endedAt: string | null;
}
