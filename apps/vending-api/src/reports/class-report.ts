import type { Connection } from "mongoose";
import type { ClassSummaryFacts } from "../documents/kinds/class-summary.ts";
import type { JobItem } from "../jobs/job.model.ts";
import type { Refund } from "../refunds/refund.model.ts";
import { type Withdrawal, withdrawalModel } from "../refunds/withdrawal.model.ts";
import { readLastJob } from "./last-job.ts";
import { byRoom, namesOfHouseholds } from "./rooms-of-households.ts";
import { siteFactsOf } from "./site-facts.ts";

type Row = ClassSummaryFacts["rows"][number];

/** Everybody of one refund with the outcome; final unless its job is still at work. */
export async function classSummaryFacts(
  connection: Connection,
  refund: Refund,
): Promise<{ facts: ClassSummaryFacts; isFinal: boolean }> {
  const { householdIds } = refund;
  const [place, withdrawals, job, nameOf] = await Promise.all([
    siteFactsOf(connection, refund.siteId),
    withdrawalModel(connection).find({ refundId: refund._id }).lean<Withdrawal[]>(),
    readLastJob(connection, refund.jobId),
    namesOfHouseholds(connection, householdIds),
  ]);
  const byHousehold = new Map(withdrawals.map((row) => [row.householdId, row]));
  const rows = householdIds.map((id) => ({
    ...nameOf(id),
    ...outcomeOf(byHousehold.get(id), job.items.get(id)),
  }));
  const facts: ClassSummaryFacts = {
    ...place,
    name: "",
    reason: refund.reason,
    requestedBy: refund.proposedBy.name,
    approvedBy: refund.decidedBy?.name ?? null,
    at: (refund.decidedAt ?? refund.proposedAt).toISOString(),
    rows: rows.sort(byRoom),
  };
  return { facts, isFinal: job.hasEnded };
}

function outcomeOf(
  withdrawal: Withdrawal | undefined,
  item: JobItem | undefined,
): Pick<Row, "outcome" | "refundMinor" | "code" | "detail"> {
  if (withdrawal?.phase === "done" && withdrawal.result)
    return { outcome: "refunded", refundMinor: withdrawal.result.refundMinor, detail: "" };
  if (item?.problem) return { outcome: "failed", refundMinor: 0, ...item.problem };
  return { outcome: "left-out", refundMinor: 0, detail: "" };
}
