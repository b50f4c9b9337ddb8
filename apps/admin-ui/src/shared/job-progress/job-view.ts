import type { StateColor } from "../../theme/state-colors.ts";
import type { JobCounts, JobState } from "./job-rows.ts";

/** What a person sees of a state, and may still do about it. */
const STATES = {
  queued: { color: "switching", isOver: false, canCancel: true },
  running: { color: "switching", isOver: false, canCancel: true },
  cancelling: { color: "low", isOver: false, canCancel: false },
  cancelled: { color: "offline", isOver: true, canCancel: false },
  done: { color: "on", isOver: true, canCancel: false },
  failed: { color: "alarm", isOver: true, canCancel: false },
} as const satisfies Record<JobState, { color: StateColor; isOver: boolean; canCancel: boolean }>;

export interface JobView {
  color: StateColor;
  isOver: boolean;
  canCancel: boolean;
  /** Stopped half-way, or something failed: what is done is never done twice. */
  canResume: boolean;
  /** Null until the items are listed. */
  waiting: number | null;
  /** Of the whole, 0 … 1; a job without items is all done once it is over. */
  doneShare: number;
  failedShare: number;
}

export function viewOf({ state, total, done, failed }: JobCounts): JobView {
  const { color, isOver, canCancel } = STATES[state];
  const isEmpty = total === null || total === 0;
  return {
    color,
    isOver,
    canCancel,
    canResume: state === "cancelled" || state === "failed",
    waiting: total === null ? null : Math.max(0, total - done - failed),
    doneShare: isEmpty ? (state === "done" ? 1 : 0) : done / total,
    failedShare: isEmpty ? 0 : failed / total,
  };
}
