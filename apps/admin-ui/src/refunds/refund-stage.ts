import type { JobState } from "../shared/job-progress/job-rows.ts";
import type { StateColor } from "../theme/state-colors.ts";
import type { Refund } from "./rows.ts";

/** Where a refund stands, as it looks to one person. */
export const STAGES = {
  "for-me": { color: "low" },
  "for-another": { color: "switching" },
  settling: { color: "switching" },
  "needs-look": { color: "alarm" },
  settled: { color: "on" },
  rejected: { color: "offline" },
} as const satisfies Record<string, { color: StateColor }>;
export type RefundStage = keyof typeof STAGES;

/** `jobState`: of the job that settles it; undefined while that is not known. */
export function stageOf(
  refund: Pick<Refund, "state" | "needsSecondPerson" | "proposedBy">,
  jobState: JobState | undefined,
  userId: string,
): RefundStage {
  if (refund.state === "rejected") return "rejected";
  if (refund.state === "proposed") return mayApprove(refund, userId) ? "for-me" : "for-another";
  if (jobState === "done") return "settled";
  return jobState === "failed" || jobState === "cancelled" ? "needs-look" : "settling";
}

/** Where two people are wanted, who proposed it is one of them. */
export const mayApprove = (
  { needsSecondPerson, proposedBy }: Pick<Refund, "needsSecondPerson" | "proposedBy">,
  userId: string,
): boolean => !needsSecondPerson || proposedBy.id !== userId;

const ORDER: readonly RefundStage[] = [
  "for-me",
  "needs-look",
  "settling",
  "for-another",
  "settled",
  "rejected",
];

/** What asks for this person first; of the same stage as they came. */
export function byUrgency<Row extends { stage: RefundStage }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => ORDER.indexOf(a.stage) - ORDER.indexOf(b.stage));
}
