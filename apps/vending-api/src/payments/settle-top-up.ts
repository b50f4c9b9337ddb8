import type { Deps } from "../deps.ts";
import { ApiError, isApiError } from "../errors.ts";
import { householdAccount, type LedgerEntry, type Posting, systemAccount } from "../ledger/entry.ts";
import { providerAccount } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { type Decision, ledgerOf } from "../ledger/ledger.ts";
import { creditCircuitOf } from "../network/credit-circuit.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { proposeAdjustment } from "../vending/adjustments.ts";
import { deliver, tellPurchase } from "../vending/purchases.ts";
import { moveTopUp } from "./move-top-up.ts";
import { raisePaymentAlarm } from "./payment-alarms.ts";
import type { TopUp } from "./top-up.model.ts";
import { isToCredit, takenBackMinor } from "./top-up-facts.ts";

export type PaymentDeps = Pick<Deps, "connection" | "clock" | "changes" | "profiles" | "log">;

/**
 * Does whatever follows from the facts of a top-up and is not done yet: the credit, the alarms, the adjustment of what was taken
 * back. Each of them happens once, whoever does it and however often; a crash between them is made up for by the next call.
 */
export async function settleTopUp(deps: PaymentDeps, topUp: TopUp): Promise<TopUp> {
  let settled = topUp;
  if (settled.entryId === null && settled.problem === null && isToCredit(settled.facts, settled))
    settled = await credit(deps, settled);
  await alarmOdd(deps, settled);
  return takeBack(deps, settled);
}

async function credit(deps: PaymentDeps, topUp: TopUp): Promise<TopUp> {
  try {
    const entry = await postCredit(deps, topUp);
    return await moveTopUp(deps, topUp, () => ({
      entryId: entry._id,
      creditedAt: entry.at,
      nextPollAt: null,
    }));
  } catch (error) {
    if (!isApiError(error) || error.failureClass !== "permanent" || error.code === "ledger-broken")
      throw error;
    const problem = { code: error.code, detail: error.message };
    return moveTopUp(deps, topUp, () => ({ problem, nextPollAt: null }));
  }
}

/** One entry under the provider's own id of the payment, however many messages announce it. */
async function postCredit(deps: PaymentDeps, topUp: TopUp): Promise<LedgerEntry> {
  const { connection, clock } = deps;
  const { _id: topUpId, siteId, householdId, provider, paymentId, amountMinor, currency, by } = topUp;
  if (paymentId === null) throw new ApiError("internal", `top-up ${topUpId} is paid and has no payment`);
  const postings: Posting[] = [
    { account: householdAccount(householdId), commodity: currency, amount: amountMinor },
    {
      account: systemAccount(providerAccount(provider), siteId),
      commodity: currency,
      amount: -amountMinor,
    },
  ];
  const { entry } = await ledgerOf(connection).post({
    siteId,
    householdId,
    refSpace: "payment",
    ref: `${siteId}:${provider}:${paymentId}`,
    requestHash: topUpId,
    async decide(): Promise<Decision> {
      const at = clock.now();
      const household = await householdModel(connection).findById(householdId).lean<Household | null>();
      if (household?.status !== "open")
        return { refuse: { code: "household-closed", detail: new ApiError("household-closed").message }, at };
      const circuit = await creditCircuitOf(connection, householdId);
      return {
        accept: {
          kind: "purchase",
          at,
          by,
          note: "",
          postings,
          details: {
            method: "provider",
            provider,
            paymentId,
            topUpId,
            ...(circuit === undefined ? {} : { circuitId: circuit._id }),
          },
        },
      };
    },
  });
  await deliver(deps, entry);
  await tellPurchase(deps, entry);
  return entry;
}

async function alarmOdd(deps: PaymentDeps, topUp: TopUp): Promise<void> {
  const { facts, problem, amountMinor, currency } = topUp;
  const ordered = `${amountMinor} ${currency}`;
  if (facts.oddPayments.length > 0)
    await raise(deps, topUp, "amount-differs", { ordered, paid: facts.oddPayments.join(", ") });
  if (problem) await raise(deps, topUp, "not-credited", { code: problem.code });
}

/** What the provider has taken back is taken from the account by a person's decision, never by itself. */
async function takeBack(deps: PaymentDeps, topUp: TopUp): Promise<TopUp> {
  const { facts, amountMinor } = topUp;
  const takenMinor = takenBackMinor(facts, topUp);
  if (takenMinor === 0) return topUp;
  const problem = facts.disputedMinor > 0 ? "disputed" : "paid-back";
  await raise(deps, topUp, problem, { amountMinor, takenMinor, credited: topUp.entryId !== null });
  if (topUp.entryId === null || topUp.adjustmentId !== null) return topUp;
  return proposeTaking(deps, topUp, topUp.entryId, takenMinor);
}

async function proposeTaking(
  deps: PaymentDeps,
  topUp: TopUp,
  entryId: string,
  takenMinor: number,
): Promise<TopUp> {
  const { connection } = deps;
  const [household, purchase] = await Promise.all([
    householdModel(connection).findById(topUp.householdId).lean<Household | null>(),
    journalModel(connection).findOne({ siteId: topUp.siteId, _id: entryId }).lean<LedgerEntry | null>(),
  ]);
  if (!household || !purchase) throw new ApiError("internal", `top-up ${topUp._id} has lost its purchase`);
  const reason = `Payment ${topUp.paymentId} was taken back by ${topUp.provider}`;
  try {
    const { adjustment } = await proposeAdjustment(
      deps,
      { household, purchase, amountMinor: -takenMinor, reason },
      {
        by: { id: providerAccount(topUp.provider), name: topUp.provider },
        idempotencyKey: `top-up:${topUp._id}`,
        requestHash: topUp._id,
        now: topUp.changedAt,
      },
    );
    return await moveTopUp(deps, topUp, () => ({ adjustmentId: adjustment._id }));
  } catch (error) {
    // The account gives nothing back by an adjustment: the alarm stands, and a person settles it otherwise.
    if (isApiError(error) && error.failureClass !== "transient" && error.code !== "internal") return topUp;
    throw error;
  }
}

async function raise(
  deps: PaymentDeps,
  { _id: id, siteId, householdId, changedAt: at, resolvedAt }: TopUp,
  problem: Parameters<typeof raisePaymentAlarm>[1],
  params: Record<string, string | number | boolean>,
): Promise<void> {
  if (resolvedAt !== null && resolvedAt >= at) return;
  await raisePaymentAlarm(deps, problem, { id, siteId, householdId, at }, { ...params, topUpId: id });
}
