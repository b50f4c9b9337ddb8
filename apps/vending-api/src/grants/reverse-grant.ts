import { ApiError, isApiError } from "../errors.ts";
import { type Decision, ledgerOf } from "../ledger/ledger.ts";
import { tellMoneyMoved } from "../vending/tell-money-moved.ts";
import type { Act, GrantDeps } from "./give-grant.ts";
import { decideReversal, grantIdentity, grantIdOf, movedBy, reversalRef } from "./grant-entries.ts";
import { runById } from "./grant-runs.ts";

export type ReversalResult =
  | { outcome: "taken-back"; commodity: string; amount: number }
  | { outcome: "used-up" | "nothing-granted" };

/**
 * Takes back what is left of one household's grant; what was used stays used. Where it had none the grant's reference is refused
 * first, so that a slow process that is still about to give it meets a no. Rejects as `Ledger.post` does.
 */
export async function reverseGrant(
  deps: GrantDeps,
  runId: string,
  { householdId, by, now }: Act,
): Promise<ReversalResult> {
  const { connection } = deps;
  const run = await runById(connection, runId);
  const { siteId, reversal } = run;
  if (!reversal) throw new ApiError("wrong-state", "The run is not reversed");
  const ledger = ledgerOf(connection);
  const identity = grantIdentity(run, householdId);
  const code = "run-reversed";
  const refusal: Decision = { refuse: { code, detail: new ApiError(code).message }, at: now };
  try {
    await ledger.post({ ...identity, decide: () => refusal });
  } catch (error) {
    if (isApiError(error, code)) return { outcome: "nothing-granted" };
    throw error;
  }
  const grantId = grantIdOf(runId, householdId);
  const taking = { siteId, householdId, grantId, note: reversal.reason, at: now, by };
  const ref = reversalRef(grantId);
  try {
    const { entry } = await ledger.post({
      ...identity,
      ref,
      requestHash: ref,
      decide: (head) => decideReversal(head, taking),
    });
    await tellMoneyMoved(deps, entry);
    return { outcome: "taken-back", ...movedBy(entry) };
  } catch (error) {
    if (isApiError(error, "grant-used-up")) return { outcome: "used-up" };
    throw error;
  }
}
