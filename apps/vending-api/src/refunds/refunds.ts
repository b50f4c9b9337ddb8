import { isDuplicateKey, newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { type Job, jobModel } from "../jobs/job.model.ts";
import { resumeJob } from "../jobs/job-moves.ts";
import { startJob } from "../jobs/start-job.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import type { Household } from "../places/household.model.ts";
import { DEFAULT_WITHDRAWAL_POLICY, type Site } from "../places/site.model.ts";
import { type FinalReading, typedReading } from "../readings/final-readings.ts";
import { previewWithdrawal, type WithdrawalPreview } from "./preview-withdrawal.ts";
import { type Actor, type Refund, refundModel } from "./refund.model.ts";
import { refundJob } from "./refund-job.ts";
import { type Withdrawal, withdrawalId, withdrawalModel } from "./withdrawal.model.ts";

export interface RefundRequest extends MoneyRequest {
  by: Actor;
}

interface Repeatable {
  refund: Refund;
  /** The same key had this answer before. */
  repeated: boolean;
}

/** Households that are previewed at a time. Range 1–20. */
const PREVIEWS_AT_A_TIME = 8;

/** What each household would get now, in the order given. Changes nothing. */
export async function previewRefund(
  deps: Deps,
  site: Site,
  households: readonly Household[],
  now: Date,
): Promise<Pick<Refund, "preview" | "totalMinor" | "needsSecondPerson">> {
  const preview: WithdrawalPreview[] = [];
  for (let from = 0; from < households.length; from += PREVIEWS_AT_A_TIME) {
    const some = households.slice(from, from + PREVIEWS_AT_A_TIME);
    preview.push(...(await Promise.all(some.map((row) => previewWithdrawal(deps, site, row, now)))));
  }
  const totalMinor = preview.reduce((sum, { refundMinor }) => sum + refundMinor, 0);
  const { secondPersonAboveMinor } = site.withdrawal ?? DEFAULT_WITHDRAWAL_POLICY;
  return { preview, totalMinor, needsSecondPerson: totalMinor > secondPersonAboveMinor };
}

/** Stores what was shown, for somebody to approve. Throws `idempotency-key-reused`. */
export async function proposeRefund(
  deps: Deps,
  { site, households, reason }: { site: Site; households: readonly Household[]; reason: string },
  { by, now, idempotencyKey, requestHash }: RefundRequest,
): Promise<Repeatable> {
  const refunds = refundModel(deps.connection);
  const first = async (): Promise<Repeatable | undefined> => {
    const known = await refunds
      .findOne({ siteId: site._id, proposalKey: idempotencyKey })
      .lean<Refund | null>();
    if (known && known.proposalHash !== requestHash) throw new ApiError("idempotency-key-reused");
    return known ? { refund: known, repeated: true } : undefined;
  };
  const known = await first();
  if (known) return known;
  const refund: Refund = {
    _id: newId(),
    siteId: site._id,
    currency: site.currency,
    householdIds: households.map(({ _id }) => _id),
    reason,
    state: "proposed",
    ...(await previewRefund(deps, site, households, now)),
    proposedBy: by,
    proposedAt: now,
    proposalKey: idempotencyKey,
    proposalHash: requestHash,
    decidedBy: null,
    decidedAt: null,
    decisionReason: "",
    decisionKey: null,
    decisionHash: null,
    debtsAcceptedBy: null,
    debtsAcceptedAt: null,
    debtsReason: "",
    jobId: null,
  };
  try {
    await refunds.create(refund);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const faster = await first();
    if (faster) return faster;
    throw error;
  }
  publishRefund(deps, refund);
  return { refund, repeated: false };
}

/**
 * Approves and starts the job. Throws `second-person-needed` for who proposed it where the site wants another one, `wrong-state`
 * when it is decided, and `idempotency-key-reused`.
 */
export async function approveRefund(
  deps: Deps,
  refund: Refund,
  request: RefundRequest,
): Promise<Repeatable & { job: Job }> {
  if (refund.needsSecondPerson && refund.proposedBy.id === request.by.id)
    throw new ApiError("second-person-needed");
  const decided = await decide(deps, refund, { state: "approved" }, request);
  return { ...decided, ...(await startSettling(deps, decided.refund)) };
}

/** Turns it down, or takes it back: who proposed it may do that too. Throws `wrong-state` or `idempotency-key-reused`. */
export async function rejectRefund(
  deps: Deps,
  refund: Refund,
  decisionReason: string,
  request: RefundRequest,
): Promise<Repeatable> {
  return decide(deps, refund, { state: "rejected", decisionReason }, request);
}

/** The decision is one write; the job follows from it. */
async function decide(
  deps: Deps,
  { _id }: Refund,
  decision: Partial<Refund>,
  { by, now, idempotencyKey, requestHash }: RefundRequest,
): Promise<Repeatable> {
  const refunds = refundModel(deps.connection);
  const set = { decidedBy: by, decidedAt: now, decisionKey: idempotencyKey, decisionHash: requestHash };
  try {
    const moved = await refunds
      .findOneAndUpdate(
        { _id, state: "proposed" },
        { $set: { ...decision, ...set } },
        { returnDocument: "after" },
      )
      .lean<Refund | null>();
    if (moved) {
      publishRefund(deps, moved);
      return { refund: moved, repeated: false };
    }
  } catch (error) {
    if (isDuplicateKey(error)) throw new ApiError("idempotency-key-reused");
    throw error;
  }
  const known = await refunds.findById(_id).lean<Refund | null>();
  if (!known) throw new ApiError("not-found");
  if (known.decisionKey !== idempotencyKey) throw new ApiError("wrong-state", `The refund is ${known.state}`);
  if (known.decisionHash !== requestHash) throw new ApiError("idempotency-key-reused");
  return { refund: known, repeated: true };
}

async function startSettling(deps: Deps, refund: Refund): Promise<{ refund: Refund; job: Job }> {
  const { _id, siteId, decidedBy, decidedAt } = refund;
  if (!decidedBy || !decidedAt) throw new ApiError("internal", `refund ${_id} was approved by nobody`);
  const { job } = await startJob(deps, refundJob, {
    siteId,
    params: { refundId: _id },
    by: { id: decidedBy.id, name: decidedBy.name },
    // A key of our own, in a space where no client's can stand in its way.
    origin: "schedule",
    idempotencyKey: `refund:${_id}`,
    requestHash: _id,
    now: decidedAt,
  });
  await refundModel(deps.connection).updateOne({ _id }, { $set: { jobId: job._id } });
  return { refund: { ...refund, jobId: job._id }, job };
}

/** Approved ones that a crash kept from their job. */
export async function startApprovedRefunds(deps: Deps): Promise<void> {
  const waiting = await refundModel(deps.connection)
    .find({ state: "approved", jobId: null })
    .lean<Refund[]>();
  for (const refund of waiting) await startSettling(deps, refund);
}

/**
 * Lets households of this refund go though they owe money, and tries those again that waited for it. Throws
 * `second-person-needed` for who proposed it, and `wrong-state` before it is approved.
 */
export async function acceptDebts(
  deps: Deps,
  refund: Refund,
  debtsReason: string,
  { by, now }: RefundRequest,
): Promise<Repeatable> {
  if (refund.proposedBy.id === by.id) throw new ApiError("second-person-needed");
  if (refund.state !== "approved") throw new ApiError("wrong-state", `The refund is ${refund.state}`);
  const refunds = refundModel(deps.connection);
  const moved = await refunds
    .findOneAndUpdate(
      { _id: refund._id, debtsAcceptedBy: null },
      { $set: { debtsAcceptedBy: by, debtsAcceptedAt: now, debtsReason } },
      { returnDocument: "after" },
    )
    .lean<Refund | null>();
  await withdrawalModel(deps.connection).updateMany(
    { refundId: refund._id, phase: "reading" },
    { $set: { wantsRetry: true } },
  );
  await tryAgain(deps, refund);
  if (moved) publishRefund(deps, moved);
  const kept = moved ?? (await refunds.findById(refund._id).lean<Refund | null>());
  return { refund: kept ?? refund, repeated: moved === null };
}

/**
 * Takes the reading of a circuit that does not answer, and tries its household again. Throws `not-found`,
 * `reading-implausible`, `wrong-state` once its use is settled, `still-running`, and `idempotency-key-reused`.
 */
export async function typeReading(
  deps: Deps,
  refund: Refund,
  typed: { householdId: string; circuitId: string; registerWh: number; at: Date },
  { by, now, idempotencyKey: key, requestHash }: RefundRequest,
): Promise<{ withdrawal: Withdrawal; repeated: boolean }> {
  const { connection } = deps;
  const withdrawals = withdrawalModel(connection);
  const { householdId, circuitId } = typed;
  const row = await withdrawals.findById(withdrawalId(refund._id, householdId)).lean<Withdrawal | null>();
  const circuit = await circuitModel(connection).findById(circuitId).lean<Circuit | null>();
  if (!row || !circuit) throw new ApiError("not-found");
  const before = row.readings.find((reading) => reading.typed?.key === key);
  if (before) {
    if (before.typed?.requestHash !== requestHash) throw new ApiError("idempotency-key-reused");
    return { withdrawal: row, repeated: true };
  }
  if (circuit.householdId !== householdId) throw new ApiError("not-found");
  if (row.phase !== "reading") throw new ApiError("wrong-state", "The household's use is settled already");
  const round = row.readings.find((reading) => reading.circuitId === circuitId)?.round ?? 0;
  const who = { by: { id: by.id, name: by.name }, key, requestHash };
  const reading = await typedReading(deps, circuit, { ...typed, round }, who, now);
  const readings: FinalReading[] = [...row.readings.filter((each) => each.circuitId !== circuitId), reading];
  const written = await withdrawals
    .findOneAndUpdate(
      { _id: row._id, revision: row.revision, phase: "reading" },
      { $set: { readings, revision: row.revision + 1, wantsRetry: true } },
      { returnDocument: "after" },
    )
    .lean<Withdrawal | null>();
  if (!written) throw new ApiError("still-running", "The household's meters are being read; try again");
  await tryAgain(deps, refund);
  publishRefund(deps, refund);
  return { withdrawal: written, repeated: false };
}

/** Households that somebody has seen to while their job was still busy with others. */
export async function retryWithdrawals(deps: Deps): Promise<void> {
  const refundIds = await withdrawalModel(deps.connection).distinct("refundId", { wantsRetry: true });
  const refunds = await refundModel(deps.connection)
    .find({ _id: { $in: refundIds } })
    .lean<Refund[]>();
  for (const refund of refunds) await tryAgain(deps, refund);
}

/** A job that is over with failures goes on; one under way, or cancelled by a person, stays as it is. */
async function tryAgain(deps: Deps, { jobId }: Refund): Promise<void> {
  const job = jobId === null ? null : await jobModel(deps.connection).findById(jobId).lean<Job | null>();
  if (job?.state === "failed") await resumeJob(deps, job._id);
}

export function publishRefund({ changes }: Pick<Deps, "changes">, { _id: id, siteId }: Refund): void {
  changes.publish({ resource: "refunds", id, siteId });
}
