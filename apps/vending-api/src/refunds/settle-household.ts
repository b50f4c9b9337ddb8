import { recordAudit } from "../audit/audit.ts";
import { hasCreditOnCard } from "../cards/card-credit.ts";
import { isDuplicateKey } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { callerOf } from "../http/access.ts";
import { JOB_STATES, type Job, jobModel } from "../jobs/job.model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { moveModel } from "../moves/move.model.ts";
import { announceCredit } from "../network/announce.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { issueCommand } from "../network/commands.ts";
import { type HandOver, handOverCircuits } from "../network/hand-over-circuits.ts";
import { nanoPerMinor } from "../network/metering-contexts.ts";
import { settleStandingCharges } from "../network/standing-charges.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { DEFAULT_WITHDRAWAL_POLICY, type Site, siteModel } from "../places/site.model.ts";
import { readLivingAccruals } from "../rating/accrual.model.ts";
import { readHead } from "../rating/change-head.ts";
import { ratedUseOf } from "../rating/post-usage.ts";
import { assertRead, type FinalReading, registerOf, takeFinalReadings } from "../readings/final-readings.ts";
import { findTariff } from "../tariffs/tariff.model.ts";
import { accountBooks } from "./account-books.ts";
import { type ClosingOrder, closeAccount } from "./close-account.ts";
import { creditInMeter } from "./credit-in-meter.ts";
import { endLogins } from "./end-logins.ts";
import { payableMinor } from "./payable.ts";
import { hasUndecidedUse, previewWithdrawal } from "./preview-withdrawal.ts";
import { type Actor, type Refund, refundModel } from "./refund.model.ts";
import { type Withdrawal, type WithdrawalResult, withdrawalId, withdrawalModel } from "./withdrawal.model.ts";

/** Everything that one run of a withdrawal works with. */
interface Leaving {
  deps: Deps;
  refund: Refund;
  approvedBy: Actor;
  site: Site;
  household: Household;
  now: Date;
}

/**
 * Takes one household of an approved refund as far as it can go, from wherever an earlier run or a crash left it. Rejects with
 * `reading-awaited` while its meters are being read (run it again), and for good with `reading-missing`, `use-undecided`, `card-unsettled`,
 * `sale-not-settled`, `meter-credit-unknown`, `refund-grown`, `household-in-debt`, `household-closed`, `refund-under-way`: then the
 * household is where it was, and can be tried again once somebody has seen to it.
 */
export async function settleHousehold(
  deps: Deps,
  refundId: string,
  householdId: string,
  now: Date,
): Promise<WithdrawalResult> {
  const { connection } = deps;
  const [refund, household] = await Promise.all([
    refundModel(connection).findById(refundId).lean<Refund | null>(),
    householdModel(connection).findById(householdId).lean<Household | null>(),
  ]);
  const site = refund && (await siteModel(connection).findById(refund.siteId).lean<Site | null>());
  if (!refund?.decidedBy || refund.state !== "approved" || !household || !site)
    throw new ApiError("not-found");
  const leaving: Leaving = { deps, refund, approvedBy: refund.decidedBy, site, household, now };
  let row = await claim(leaving);
  if (row.phase === "reading") row = await readMeters(leaving, row);
  if (row.phase === "settling") row = await settleUse(leaving, row);
  return row.phase === "closing" ? close(leaving, row) : resultOf(row);
}

function resultOf({ result }: Withdrawal): WithdrawalResult {
  if (!result) throw new ApiError("wrong-state", "This household left the refund");
  return result;
}

async function claim({ deps, refund, household }: Leaving): Promise<Withdrawal> {
  const { connection } = deps;
  const withdrawals = withdrawalModel(connection);
  const { siteId, _id: householdId } = household;
  const _id = withdrawalId(refund._id, householdId);
  const row: Withdrawal = {
    _id,
    siteId,
    refundId: refund._id,
    householdId,
    isLive: true,
    phase: "reading",
    revision: 0,
    readings: [],
    circuitIds: [],
    inMeterMinor: 0,
    wantsRetry: false,
    closedAt: null,
    result: null,
  };
  const known = await withdrawals.findById(_id).lean<Withdrawal | null>();
  if (known && known.phase !== "released") return known;
  if (household.status !== "open") throw new ApiError("household-closed");
  for (let tries = 0; ; tries += 1) {
    try {
      await (known ? withdrawals.replaceOne({ _id, phase: "released" }, row) : withdrawals.create(row));
      return row;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    const own = await withdrawals.findById(_id).lean<Withdrawal | null>();
    if (own && own.phase !== "released") return own;
    if (tries > 0 || !(await releaseAbandoned(deps, siteId, householdId)))
      throw new ApiError("refund-under-way");
  }
}

/** A household that another refund has not begun to settle, and whose job is over, is free again. */
async function releaseAbandoned({ connection }: Deps, siteId: string, householdId: string): Promise<boolean> {
  const withdrawals = withdrawalModel(connection);
  const other = await withdrawals.findOne({ siteId, householdId, isLive: true }).lean<Withdrawal | null>();
  if (!other) return true;
  const refund = await refundModel(connection).findById(other.refundId).lean<Refund | null>();
  const job = refund?.jobId ? await jobModel(connection).findById(refund.jobId).lean<Job | null>() : null;
  if (!job || !JOB_STATES[job.state].isOver) return false;
  const { _id, revision } = other;
  const released = await withdrawals.updateOne(
    { _id, revision, phase: "reading" },
    { $set: { isLive: false, phase: "released" }, $inc: { revision: 1 } },
  );
  return released.modifiedCount === 1;
}

async function write({ deps }: Leaving, row: Withdrawal, set: Partial<Withdrawal>): Promise<Withdrawal> {
  const { _id, revision } = row;
  const after = await withdrawalModel(deps.connection)
    .findOneAndUpdate(
      { _id, revision },
      { $set: { ...set, revision: revision + 1 } },
      { returnDocument: "after" },
    )
    .lean<Withdrawal | null>();
  if (!after) throw new ApiError("still-running", "Somebody else works on this household");
  deps.changes.publish({ resource: "refunds", id: row.refundId, siteId: row.siteId });
  return after;
}

async function readMeters(leaving: Leaving, claimed: Withdrawal): Promise<Withdrawal> {
  const { deps, household, refund, site, now } = leaving;
  const { connection } = deps;
  if (await moveModel(connection).exists({ householdIds: household._id, isLive: true }))
    throw new ApiError("still-running", "The household is moving to another room");
  const circuits = await circuitModel(connection)
    .find({ householdId: household._id })
    .sort({ name: 1, _id: 1 })
    .lean<Circuit[]>();
  const order = { ref: claimed._id, caller: callerOf(leaving.approvedBy, site._id), reason: refund.reason };
  const readings = await takeFinalReadings(deps, circuits, claimed.readings, order, now);
  const row = await write(leaving, claimed, { readings, wantsRetry: false });
  assertRead(readings);
  if (await hasUndecidedUse(connection, household._id)) throw new ApiError("use-undecided");
  if (await hasCreditOnCard(connection, { siteId: site._id, householdId: household._id }))
    throw new ApiError("card-unsettled");
  const inMeterMinor = await creditInMeter(connection, household, now);
  const { refundMinor, debtMinor } = await previewWithdrawal(deps, site, household, now);
  assertApproved(leaving, { refundMinor, debtMinor });
  return write(leaving, row, {
    phase: "settling",
    inMeterMinor,
    circuitIds: circuits.map(({ _id }) => _id),
  });
}

/** Nobody gets more than was shown when it was approved, and nobody leaves owing unless a second person has accepted that. */
function assertApproved(
  { refund, household }: Leaving,
  { refundMinor, debtMinor }: { refundMinor: number; debtMinor: number },
): void {
  const shown = refund.preview.find(({ householdId }) => householdId === household._id);
  if (refundMinor > (shown?.refundMinor ?? 0)) throw new ApiError("refund-grown");
  if (debtMinor > 0 && refund.debtsAcceptedBy === null) throw new ApiError("household-in-debt");
}

async function settleUse(leaving: Leaving, row: Withdrawal): Promise<Withdrawal> {
  const { deps, household, site, now } = leaving;
  const { connection } = deps;
  const { _id: householdId, unitId } = household;
  const given = row.circuitIds.map(
    (circuitId): HandOver => ({ circuitId, fromHouseholdId: householdId, toHouseholdId: null, unitId }),
  );
  await handOverCircuits(deps, given, now);
  await assertUsePosted(deps, householdId);
  const tariff = household.tariffId === null ? null : await findTariff(connection, household.tariffId);
  if (tariff) await settleStandingCharges(connection, { site, household, tariff }, now);
  const head = await ledgerOf(connection).head({ siteId: site._id, householdId });
  try {
    const { refundMinor } = payableMinor(head, site.currency, row.inMeterMinor);
    const debtMinor = Math.max(0, -(head.balance[site.currency] ?? 0));
    // Closed by a run that was cut off: it has passed here.
    if (household.status === "open") assertApproved(leaving, { refundMinor, debtMinor });
  } catch (error) {
    const taken = given.map((each) => ({ ...each, fromHouseholdId: null, toHouseholdId: householdId }));
    await handOverCircuits(deps, taken, now);
    await write(leaving, row, { phase: "reading", readings: [] });
    throw error;
  }
  const readings = await Promise.all(row.readings.map((reading) => whereItEnded(deps, reading)));
  await householdModel(connection).updateOne(
    { _id: householdId, status: "open" },
    { $set: { status: "closed", closedAt: now, occupies: `closed:${householdId}` } },
  );
  return write(leaving, row, { phase: "closing", readings, closedAt: household.closedAt ?? now });
}

/** Throws `still-running` while an accrual of the household has use that is not in the ledger. */
async function assertUsePosted({ connection }: Deps, householdId: string): Promise<void> {
  const living = await readLivingAccruals(connection, { householdId });
  const isOpen = living.some((accrual) => accrual.state !== "posted" && ratedUseOf(accrual) !== undefined);
  if (isOpen) throw new ApiError("still-running", "Use of this household is on its way into the ledger");
}

/** What the meter showed where its use was settled, if it was read again in between. */
async function whereItEnded({ connection }: Deps, reading: FinalReading): Promise<FinalReading> {
  if (reading.state === "typed") return reading;
  const head = await readHead(connection, reading.circuitId);
  return head ? { ...reading, ...registerOf(head) } : reading;
}

async function close(leaving: Leaving, row: Withdrawal): Promise<WithdrawalResult> {
  const { deps, household, refund, site, approvedBy, now } = leaving;
  const { connection, changes } = deps;
  const { _id: householdId, siteId } = household;
  const order: ClosingOrder = {
    siteId,
    householdId,
    currency: site.currency,
    nanoPerMinor: nanoPerMinor(site),
    ref: row._id,
    refundId: refund._id,
    by: { id: approvedBy.id, name: approvedBy.name },
    reason: refund.reason,
    inMeterMinor: row.inMeterMinor,
    mayOwe: refund.debtsAcceptedBy !== null,
    at: row.closedAt ?? now,
  };
  const result = await closeAccount(accountBooks(connection, order), order);
  await endLogins(connection, householdId, now);
  await switchOff(leaving, row);
  await announceCredit(deps, [householdId]);
  await recordAudit(deps, {
    request: { caller: callerOf(approvedBy, siteId), id: row._id, now },
    siteId,
    action: "households.close",
    subject: { resource: "households", id: householdId },
    before: { status: "open" },
    after: { status: "closed", refundId: refund._id, ...result },
    reason: refund.reason,
  });
  await write(leaving, row, { phase: "done", isLive: false, result });
  changes.publish({ resource: "households", id: householdId, siteId, householdId });
  changes.publish({ resource: "units", id: household.unitId, siteId });
  changes.publish({ resource: "board", id: siteId, siteId });
  return result;
}

/** By the site's policy, and never what must keep its power. A command that a gateway misses is told in its own list. */
async function switchOff({ deps, site, refund, approvedBy, now }: Leaving, row: Withdrawal): Promise<void> {
  const { circuits: policy } = site.withdrawal ?? DEFAULT_WITHDRAWAL_POLICY;
  if (policy === "keep") return;
  const circuits = await circuitModel(deps.connection)
    .find({
      _id: { $in: row.circuitIds },
      householdId: null,
      keepPower: false,
      commissionedAt: { $ne: null },
    })
    .lean<Circuit[]>();
  for (const circuit of circuits) {
    const key = `${row._id}:open:${circuit._id}`;
    const wish = { action: "open", reason: refund.reason } as const;
    const request = { caller: callerOf(approvedBy, site._id), idempotencyKey: key, requestHash: key, now };
    await issueCommand(deps, circuit, wish, request);
  }
}
