import type { UpdateQuery } from "mongoose";
import { isDuplicateKey, newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError, isApiError } from "../errors.ts";
import { balancedPostings, type LedgerEntry } from "../ledger/entry.ts";
import { type Decision, ledgerOf } from "../ledger/ledger.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import { creditCircuitOf } from "../network/credit-circuit.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { type Adjustment, adjustmentModel } from "./adjustment.model.ts";
import { amountOf } from "./present-purchase.ts";
import { findVoid, isVoidable, meterRefusal } from "./purchases.ts";
import { tellMoneyMoved } from "./tell-money-moved.ts";

type AdjustmentDeps = Pick<Deps, "connection" | "clock" | "changes" | "profiles">;

interface Repeatable {
  adjustment: Adjustment;
  /** The same key had this answer before. */
  repeated: boolean;
}

export interface Proposal {
  household: Household;
  /** What it takes back; its amount is then the most. */
  purchase: LedgerEntry | null;
  amountMinor: number;
  reason: string;
}

/**
 * Asks for a correction; nothing moves before another person approves it. Throws `household-closed`, `amount-invalid`,
 * `already-voided`, `void-still-possible`, `already-adjusted`, or why a meter that holds the credit cannot give it back.
 */
export async function proposeAdjustment(
  deps: AdjustmentDeps,
  proposal: Proposal,
  request: MoneyRequest,
): Promise<Repeatable> {
  const adjustments = adjustmentModel(deps.connection);
  const { household, purchase, amountMinor, reason } = proposal;
  const { siteId } = household;
  const first = async (): Promise<Repeatable | undefined> => {
    const known = await adjustments
      .findOne({ siteId, proposalKey: request.idempotencyKey })
      .lean<Adjustment | null>();
    if (known && known.proposalHash !== request.requestHash) throw new ApiError("idempotency-key-reused");
    return known ? { adjustment: known, repeated: true } : undefined;
  };
  const known = await first();
  if (known) return known;
  await assertProposable(deps, proposal, request.now);
  const adjustment: Adjustment = {
    _id: newId(),
    siteId,
    householdId: household._id,
    purchaseId: purchase?._id ?? null,
    amountMinor,
    reason,
    state: "proposed",
    isLive: true,
    proposedBy: request.by,
    proposedAt: request.now,
    proposalKey: request.idempotencyKey,
    proposalHash: request.requestHash,
    decidedBy: null,
    decidedAt: null,
    decisionReason: "",
    decisionKey: null,
    decisionHash: null,
    entryId: null,
    problem: null,
  };
  try {
    await adjustments.create(adjustment);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const faster = await first();
    if (faster) return faster;
    throw new ApiError("already-adjusted");
  }
  publishAdjustment(deps, adjustment);
  return { adjustment, repeated: false };
}

async function assertProposable(
  { connection }: AdjustmentDeps,
  { household, purchase, amountMinor }: Proposal,
  now: Date,
): Promise<void> {
  if (household.status !== "open") throw new ApiError("household-closed");
  if (!purchase) {
    if (await creditCircuitOf(connection, household._id))
      throw new ApiError("credit-in-meter", "The household's meter holds its credit");
    return;
  }
  if (amountMinor >= 0 || -amountMinor > amountOf(purchase))
    throw new ApiError("amount-invalid", "At most the purchase can be taken back", {
      errors: [{ path: "amountMinor", code: "out-of-range", message: `From −${amountOf(purchase)} to −1` }],
    });
  if (await findVoid(connection, purchase)) throw new ApiError("already-voided");
  if (await isVoidable(connection, purchase, now)) throw new ApiError("void-still-possible");
  const inMeter = await meterRefusal(connection, purchase);
  if (inMeter) throw new ApiError(inMeter);
}

/**
 * Approves and posts. Throws `second-person-needed` for who proposed it, `wrong-state` when it is decided, and
 * `idempotency-key-reused`. One that the ledger refuses is `refused`, with the reason.
 */
export async function approveAdjustment(
  deps: AdjustmentDeps,
  adjustment: Adjustment,
  request: MoneyRequest,
): Promise<Repeatable> {
  if (adjustment.proposedBy.id === request.by.id) throw new ApiError("second-person-needed");
  const decided = await decide(deps, adjustment, { $set: { state: "approved" } }, request);
  return { ...decided, adjustment: await postAdjustment(deps, decided.adjustment) };
}

/** Turns it down, or takes it back: who proposed it may do that too. Throws `wrong-state` or `idempotency-key-reused`. */
export async function rejectAdjustment(
  deps: AdjustmentDeps,
  adjustment: Adjustment,
  decisionReason: string,
  request: MoneyRequest,
): Promise<Repeatable> {
  const set = { state: "rejected", isLive: false, decisionReason } as const;
  return decide(deps, adjustment, { $set: set }, request);
}

/** The decision is one write; whatever follows is done again until it is done. */
async function decide(
  deps: AdjustmentDeps,
  { _id }: Adjustment,
  { $set }: UpdateQuery<Adjustment>,
  { by, now, idempotencyKey, requestHash }: MoneyRequest,
): Promise<Repeatable> {
  const adjustments = adjustmentModel(deps.connection);
  const decision = {
    decidedBy: by,
    decidedAt: now,
    decisionKey: idempotencyKey,
    decisionHash: requestHash,
  };
  try {
    const moved = await adjustments
      .findOneAndUpdate(
        { _id, state: "proposed" },
        { $set: { ...$set, ...decision } },
        { returnDocument: "after" },
      )
      .lean<Adjustment | null>();
    if (moved) {
      publishAdjustment(deps, moved);
      return { adjustment: moved, repeated: false };
    }
  } catch (error) {
    if (isDuplicateKey(error)) throw new ApiError("idempotency-key-reused");
    throw error;
  }
  const known = await adjustments.findById(_id).lean<Adjustment | null>();
  if (!known) throw new ApiError("not-found");
  if (known.decisionKey !== idempotencyKey)
    throw new ApiError("wrong-state", `The adjustment is ${known.state}`);
  if (known.decisionHash !== requestHash) throw new ApiError("idempotency-key-reused");
  return { adjustment: known, repeated: true };
}

/** Approved ones that a crash kept from the journal. */
export async function finishAdjustments(deps: AdjustmentDeps): Promise<void> {
  const approved = await adjustmentModel(deps.connection).find({ state: "approved" }).lean<Adjustment[]>();
  for (const adjustment of approved) await postAdjustment(deps, adjustment);
}

/** One entry under the adjustment's own reference, however often and by whomever it is posted. */
async function postAdjustment(deps: AdjustmentDeps, adjustment: Adjustment): Promise<Adjustment> {
  if (adjustment.state !== "approved") return adjustment;
  const outcome = await outcomeOf(deps, adjustment);
  const adjustments = adjustmentModel(deps.connection);
  const { _id } = adjustment;
  const moved = await adjustments
    .findOneAndUpdate({ _id, state: "approved" }, { $set: outcome }, { returnDocument: "after" })
    .lean<Adjustment | null>();
  if (moved) publishAdjustment(deps, moved);
  return moved ?? { ...adjustment, ...outcome };
}

async function outcomeOf(deps: AdjustmentDeps, adjustment: Adjustment): Promise<Partial<Adjustment>> {
  const { connection } = deps;
  const { _id, siteId, householdId, purchaseId, amountMinor, reason, proposedBy } = adjustment;
  const { decidedBy: by, decidedAt: at } = adjustment;
  const site = await siteModel(connection).findById(siteId).lean<Site | null>();
  if (!site || !by || !at) throw new ApiError("internal", `adjustment ${_id} has no site or no decision`);
  const movement = { siteId, householdId, commodity: site.currency, amount: amountMinor };
  try {
    const { entry } = await ledgerOf(connection).post({
      siteId,
      householdId,
      refSpace: "adjustment",
      ref: _id,
      requestHash: _id,
      async decide(): Promise<Decision> {
        const household = await householdModel(connection).findById(householdId).lean<Household | null>();
        const { message: detail } = new ApiError("household-closed");
        if (household?.status !== "open") return { refuse: { code: "household-closed", detail }, at };
        return {
          accept: {
            kind: "adjustment",
            at,
            by,
            note: reason,
            postings: balancedPostings("adjustment", movement),
            details: {
              adjustmentId: _id,
              proposedBy: { id: proposedBy.id, name: proposedBy.name },
              ...(purchaseId === null ? {} : { purchaseId }),
            },
          },
        };
      },
    });
    await tellMoneyMoved(deps, entry);
    return { state: "posted", entryId: entry._id };
  } catch (error) {
    if (!isApiError(error, "household-closed")) throw error;
    return { state: "refused", isLive: false, problem: { code: error.code, detail: error.message } };
  }
}

function publishAdjustment(
  { changes }: Pick<Deps, "changes">,
  { _id: id, siteId, householdId }: Adjustment,
): void {
  changes.publish({ resource: "adjustments", id, siteId, householdId });
}
