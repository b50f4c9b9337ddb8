import { describe, expect, it } from "vitest";
import type { JobCounts } from "./job-rows.ts";
import { viewOf } from "./job-view.ts";

describe("what is seen of a job", () => {
  it.each<[string, JobCounts, Partial<ReturnType<typeof viewOf>>]>([
    [
      "not listed yet",
      { state: "queued", total: null, done: 0, failed: 0 },
      { waiting: null, doneShare: 0, failedShare: 0, canCancel: true, canResume: false, isOver: false },
    ],
    [
      "under way",
      { state: "running", total: 8, done: 4, failed: 2 },
      { waiting: 2, doneShare: 0.5, failedShare: 0.25, canCancel: true, canResume: false },
    ],
    [
      "told to stop",
      { state: "cancelling", total: 8, done: 4, failed: 0 },
      { canCancel: false, canResume: false, isOver: false },
    ],
    [
      "stopped half-way",
      { state: "cancelled", total: 8, done: 4, failed: 0 },
      { waiting: 4, canCancel: false, canResume: true, isOver: true },
    ],
    [
      "over, with failures",
      { state: "failed", total: 3, done: 2, failed: 1 },
      { waiting: 0, canResume: true, isOver: true },
    ],
    [
      "whose items could not be listed",
      { state: "failed", total: null, done: 0, failed: 0 },
      { waiting: null, doneShare: 0, canResume: true },
    ],
    [
      "that had nothing to do",
      { state: "done", total: 0, done: 0, failed: 0 },
      { waiting: 0, doneShare: 1, canResume: false, isOver: true },
    ],
  ])("%s", (_name, job, view) => {
    expect(viewOf(job)).toMatchObject(view);
  });
});
