import { isApiError } from "../errors.ts";
import { moveTopUp } from "./move-top-up.ts";
import type { PaymentProblem } from "./payment-alarms.ts";
import type { PaymentDeps } from "./payment-books.ts";
import type { TopUp } from "./top-up.model.ts";
import { isToCredit, takenBackMinor } from "./top-up-facts.ts";

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
    const entry = await deps.books.credit(topUp);
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
  try {
    const adjustmentId = await deps.books.proposeTaking(topUp, entryId, takenMinor);
    return await moveTopUp(deps, topUp, () => ({ adjustmentId }));
  } catch (error) {
    // The account gives nothing back by an adjustment: the alarm stands, and a person settles it otherwise.
    if (isApiError(error) && error.failureClass !== "transient" && error.code !== "internal") return topUp;
    throw error;
  }
}

async function raise(
  deps: PaymentDeps,
  { _id: id, siteId, householdId, changedAt: at, resolvedAt }: TopUp,
  problem: PaymentProblem,
  params: Record<string, string | number | boolean>,
): Promise<void> {
  if (resolvedAt !== null && resolvedAt >= at) return;
  await deps.books.raiseAlarm(problem, { id, siteId, householdId, at }, { ...params, topUpId: id });
}
