import { describe, expect, it } from "vitest";
import type { JobState } from "../shared/job-progress/job-rows.ts";
import { byUrgency, type RefundStage, stageOf } from "./refund-stage.ts";
import type { Refund } from "./rows.ts";

const ME = "me";
const by = (id: string): Refund["proposedBy"] => ({ id, name: id, role: "campus-admin" });

describe("where a refund stands", () => {
  it.each<[string, Partial<Refund>, JobState | undefined, RefundStage]>([
    ["asked for by another", {}, undefined, "for-me"],
    ["asked for by me, two people wanted", { proposedBy: by(ME) }, undefined, "for-another"],
    [
      "asked for by me, small enough for one",
      { proposedBy: by(ME), needsSecondPerson: false },
      undefined,
      "for-me",
    ],
    ["approved, its job not known yet", { state: "approved" }, undefined, "settling"],
    ["approved, under way", { state: "approved" }, "running", "settling"],
    ["somebody has to look", { state: "approved" }, "failed", "needs-look"],
    ["stopped", { state: "approved" }, "cancelled", "needs-look"],
    ["all settled", { state: "approved" }, "done", "settled"],
    ["turned down", { state: "rejected" }, undefined, "rejected"],
  ])("%s", (_name, change, jobState, stage) => {
    const refund = {
      state: "proposed",
      needsSecondPerson: true,
      proposedBy: by("other"),
      ...change,
    } as const;
    expect(stageOf(refund, jobState, ME)).toBe(stage);
  });

  it("puts what waits for me first, and keeps the order of equals", () => {
    const rows = [
      { id: 1, stage: "settled" },
      { id: 2, stage: "for-another" },
      { id: 3, stage: "for-me" },
      { id: 4, stage: "needs-look" },
      { id: 5, stage: "for-me" },
    ] as const;
    expect(byUrgency(rows).map(({ id }) => id)).toEqual([3, 5, 4, 2, 1]);
  });
});
