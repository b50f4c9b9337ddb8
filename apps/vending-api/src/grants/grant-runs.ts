import type { Connection } from "mongoose";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { EntryAuthor } from "../ledger/entry.ts";
import { dueDay, monthAt } from "./grant-dates.ts";
import { GRANTS_AUTHOR, runIdOf } from "./grant-entries.ts";
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

/** Which job works on a run, for whom. */
export interface RunWork {
  jobId: string;
  by: EntryAuthor;
  now: Date;
}

/**
 * The run of a policy in a month, opened with the policy's terms of today where it is the first time. The job is named in it before
 * it reaches any household. Throws `run-reversed`.
 */
export async function openRun(
  deps: RunDeps,
  policy: GrantPolicy,
  month: string,
  { jobId, by, now }: RunWork,
): Promise<GrantRun> {
  const { _id: policyId, siteId } = policy;
  const _id = runIdOf(policyId, month);
  const runs = grantRunModel(deps.connection);
  await assertNotReversed(deps.connection, _id);
  const first: Omit<GrantRun, "_id" | "jobIds"> = {
    siteId,
    policyId,
    month,
    terms: termsOf(policy),
    createdAt: now,
    createdBy: by,
    automaticJobId: null,
    reversal: null,
  };
  await runs.updateOne({ _id }, { $setOnInsert: first, $addToSet: { jobIds: jobId } }, { upsert: true });
  if (by.id === GRANTS_AUTHOR.id) await runs.updateOne({ _id }, { $set: { automaticJobId: jobId } });
  publishRun(deps, { _id, siteId });
  return runById(deps.connection, _id);
}

/** From here on the run grants nothing. Asked again, who asked first stands. Throws `not-found`. */
export async function closeRun(
  deps: RunDeps,
  runId: string,
  reason: string,
  { jobId, by, now: at }: RunWork,
): Promise<GrantRun> {
  const runs = grantRunModel(deps.connection);
  const reversal = { at, by, reason, jobIds: [] };
  await runs.updateOne({ _id: runId, reversal: null }, { $set: { reversal } });
  await runs.updateOne({ _id: runId }, { $addToSet: { "reversal.jobIds": jobId } });
  const run = await runById(deps.connection, runId);
  publishRun(deps, run);
  return run;
}

export async function runById(connection: Connection, runId: string): Promise<GrantRun> {
  const run = await grantRunModel(connection).findById(runId).lean<GrantRun | null>();
  if (!run) throw new ApiError("not-found", `grant run ${runId} does not exist`);
  return run;
}

/** Throws `run-reversed` before a job is asked for that would come to nothing. */
export async function assertNotReversed(connection: Connection, runId: string): Promise<void> {
  const reversed = { _id: runId, reversal: { $ne: null } };
  if (await grantRunModel(connection).exists(reversed)) throw new ApiError("run-reversed");
}

function publishRun({ changes }: RunDeps, { _id: id, siteId }: Pick<GrantRun, "_id" | "siteId">): void {
  changes.publish({ resource: "grant-runs", id, siteId });
}

/** Months of a policy that its day has started already. */
export async function startedMonths(connection: Connection, policyId: string): Promise<Set<string>> {
  const started = { policyId, $or: [{ automaticJobId: { $ne: null } }, { reversal: { $ne: null } }] };
  return new Set<string>(await grantRunModel(connection).distinct("month", started));
}
