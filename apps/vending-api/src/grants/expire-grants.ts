import type { Connection } from "mongoose";
import { isApiError } from "../errors.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { expiredLots } from "../ledger/lots.ts";
import { siteModel } from "../places/site.model.ts";
import { accrualModel } from "../rating/accrual.model.ts";
import { LIVING_STATES } from "../rating/accrual.ts";
import { tellMoneyMoved } from "../vending/tell-money-moved.ts";
import { expiryMarkModel } from "./expiry-mark.model.ts";
import type { GrantDeps } from "./give-grant.ts";
import { decideExpiry, expiryRef, GRANTS_AUTHOR } from "./grant-entries.ts";

/**
 * Use from before an expiry that has not reached the books yet is still paid by the grant, so its expiry waits: for a gateway that was
 * cut off, but not for ever for a meter that nobody reads any more. Range 1–31 days.
 */
const WAIT_FOR_USE_MS = 7 * 86_400_000;
/** Looked at again, for grants that were on their way while the last sweep looked. Range 1–48 h. */
const LOOK_AGAIN_MS = 24 * 3_600_000;
/** Households that are looked at together. Range 50–1000. */
const HOUSEHOLDS_PER_TURN = 100;

/**
 * Posts an expiry for what is left of every grant whose time is over and whose use is in the books, oldest first, once each. Safe at
 * any time and by several processes. Returns how many were posted.
 */
export async function expireGrants(deps: GrantDeps, now: Date): Promise<number> {
  let posted = 0;
  const siteIds: string[] = await siteModel(deps.connection).distinct("_id");
  for (const siteId of siteIds) posted += await expireOfSite(deps, siteId, now);
  return posted;
}

async function expireOfSite(deps: GrantDeps, siteId: string, now: Date): Promise<number> {
  const marks = expiryMarkModel(deps.connection);
  const mark = await marks.findById(siteId).lean();
  const after = new Date((mark?.expiredUntil.getTime() ?? LOOK_AGAIN_MS) - LOOK_AGAIN_MS);
  const over = { $gt: after.toISOString(), $lte: now.toISOString() };
  const householdIds: string[] = await journalModel(deps.connection).distinct("householdId", {
    siteId,
    "details.lots": { $elemMatch: { expiresAt: over } },
  });
  let posted = 0;
  let expiredUntilMs = now.getTime();
  for (let from = 0; from < householdIds.length; from += HOUSEHOLDS_PER_TURN) {
    const turn = householdIds.slice(from, from + HOUSEHOLDS_PER_TURN);
    for (const result of await Promise.all(turn.map((id) => expireOf(deps, siteId, id, now)))) {
      posted += result.posted;
      expiredUntilMs = Math.min(expiredUntilMs, result.waitsForMs ?? expiredUntilMs);
    }
  }
  await marks.updateOne(
    { _id: siteId },
    { $max: { expiredUntil: new Date(expiredUntilMs) } },
    { upsert: true },
  );
  return posted;
}

/** `waitsForMs`: the expiry of the oldest grant that is kept for use on its way. */
async function expireOf(
  deps: GrantDeps,
  siteId: string,
  householdId: string,
  now: Date,
): Promise<{ posted: number; waitsForMs?: number }> {
  const ledger = ledgerOf(deps.connection);
  const { state } = await ledger.head({ siteId, householdId });
  let posted = 0;
  for (const { grantId, expiresAt } of expiredLots(state.lots, now)) {
    if (expiresAt === null) continue;
    if (await awaitsUse(deps.connection, householdId, new Date(expiresAt), now))
      return { posted, waitsForMs: Date.parse(expiresAt) };
    const ref = expiryRef(grantId, householdId);
    const taking = { siteId, householdId, grantId, note: "", at: now, by: GRANTS_AUTHOR };
    const identity = { siteId, householdId, refSpace: "grant", ref, requestHash: ref } as const;
    try {
      const { entry, repeated } = await ledger.post({
        ...identity,
        decide: (head) => decideExpiry(head, taking),
      });
      await tellMoneyMoved(deps, entry);
      if (!repeated) posted += 1;
    } catch (error) {
      // Used meanwhile.
      if (!isApiError(error, "grant-used-up")) throw error;
    }
  }
  return { posted };
}

async function awaitsUse(
  connection: Connection,
  householdId: string,
  expiresAt: Date,
  now: Date,
): Promise<boolean> {
  if (now.getTime() - expiresAt.getTime() >= WAIT_FOR_USE_MS) return false;
  const before = { householdId, state: { $in: [...LIVING_STATES] }, fromAt: { $lt: expiresAt } };
  return (await accrualModel(connection).exists(before)) !== null;
}
