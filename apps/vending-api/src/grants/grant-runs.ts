import type { Connection } from "mongoose";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { EntryAuthor } from "../ledger/entry.ts";
import { dueDay, monthAt } from "./grant-dates.ts";
import { runIdOf } from "./grant-entries.ts";
import { type GrantPolicy, termsOf } from "./grant-policy.ts";
import { type GrantRun, grantRunModel } from "./grant-run.model.ts";

type RunDeps = Pick<Deps, "connection" | "changes">;

/** Throws `month-without-grant` where the policy gives nothing. */
export function assertMonthOf(policy: GrantPolicy, month: string): void {
  if (dueDay(policy, month) === undefined) throw new ApiError("month-without-grant");
}

/** Throws `month-without-grant`. */
export function assertBegun(month: string, timeZone: string, now: Date): void {
  if (month > monthAt(now.getTime(), timeZone))
    throw new ApiError("month-without-grant", "This month has not begun yet");
}

/** The run of a policy in a month, opened with the policy's terms of today where it is the first time. Throws `run-reversed`. */
export async function openRun(
  deps: RunDeps,
  policy: GrantPolicy,
  month: string,
  by: EntryAuthor,
  now: Date,
): Promise<GrantRun> {
  const { _id: policyId, siteId } = policy;
  const first: Omit<GrantRun, "_id"> = {
    siteId,
    policyId,
    month,
    terms: termsOf(policy),
    createdAt: now,
    createdBy: by,
    jobIds: [],
    automaticJobId: null,
    reversal: null,
  };
  const run = await grantRunModel(deps.connection)
    .findOneAndUpdate(
      { _id: runIdOf(policyId, month) },
      { $setOnInsert: first },
      { upsert: true, returnDocument: "after" },
    )
    .lean<GrantRun>();
  if (run.reversal) throw new ApiError("run-reversed");
  return run;
}

export async function addJob(
  deps: RunDeps,
  { _id, siteId }: GrantRun,
  jobId: string,
  origin: "request" | "schedule",
): Promise<void> {
  await grantRunModel(deps.connection).updateOne(
    { _id },
    { $addToSet: { jobIds: jobId }, ...(origin === "schedule" ? { $set: { automaticJobId: jobId } } : {}) },
  );
  publishRun(deps, { _id, siteId });
}

/** From here on the run grants nothing. Asked again, who asked first stands. */
export async function closeRun(
  { connection }: RunDeps,
  { _id }: GrantRun,
  { at, by, reason }: { at: Date; by: EntryAuthor; reason: string },
): Promise<void> {
  await grantRunModel(connection).updateOne(
    { _id, reversal: null },
    { $set: { reversal: { at, by, reason, jobIds: [] } } },
  );
}

export async function addReversalJob(deps: RunDeps, { _id, siteId }: GrantRun, jobId: string): Promise<void> {
  await grantRunModel(deps.connection).updateOne({ _id }, { $addToSet: { "reversal.jobIds": jobId } });
  publishRun(deps, { _id, siteId });
}

function publishRun({ changes }: RunDeps, { _id: id, siteId }: Pick<GrantRun, "_id" | "siteId">): void {
  changes.publish({ resource: "grant-runs", id, siteId });
}

/** Months of a policy that its day has started already. */
export async function startedMonths(connection: Connection, policyId: string): Promise<Set<string>> {
  const started = { policyId, $or: [{ automaticJobId: { $ne: null } }, { reversal: { $ne: null } }] };
  return new Set<string>(await grantRunModel(connection).distinct("month", started));
}
