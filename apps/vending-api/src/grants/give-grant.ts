import type { Connection } from "mongoose";
import type { Deps } from "../deps.ts";
import { ApiError, isApiError } from "../errors.ts";
import type { EntryAuthor, LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { tellMoneyMoved } from "../vending/tell-money-moved.ts";
import { siteOf } from "../vending/visible-purchase.ts";
import { standingsOf } from "./audience.ts";
import { expiresAtMs } from "./grant-dates.ts";
import { acceptGrant, grantIdentity, grantIdOf, movedBy } from "./grant-entries.ts";
import type { GrantRun } from "./grant-run.model.ts";
import { runById } from "./grant-runs.ts";
import { commodityOf, type LeftOutReason, shareOf } from "./grant-share.ts";

export type GrantDeps = Pick<Deps, "connection" | "clock" | "changes" | "profiles">;

/** Who does one household's part of a run, and when. */
export interface Act {
  householdId: string;
  by: EntryAuthor;
  now: Date;
}

export type GrantResult =
  | { outcome: "granted"; commodity: string; amount: number }
  | { outcome: "left-out"; reason: LeftOutReason };

/**
 * One household's grant of a run: one entry for ever, whoever does it and however often; then the news to its gateways, so that
 * the light returns. Who is left out can get it later, when the run is gone on with. Rejects as `Ledger.post` does.
 */
export async function giveGrant(
  deps: GrantDeps,
  runId: string,
  { householdId, by, now }: Act,
): Promise<GrantResult> {
  const { connection } = deps;
  const run = await runById(connection, runId);
  if (run.reversal) return { outcome: "left-out", reason: "run-reversed" };
  const [site, household] = await Promise.all([
    siteOf(connection, run.siteId),
    householdModel(connection).findById(householdId).lean<Household | null>(),
  ]);
  const [standing] = household ? await standingsOf(connection, [household]) : [];
  if (!standing) throw new ApiError("not-found", `household ${householdId} does not exist`);
  const share = shareOf(run, standing, site.timeZone);
  if ("leftOut" in share) {
    const known = await grantOf(connection, run, householdId);
    if (!known) return { outcome: "left-out", reason: share.leftOut };
    return { outcome: "granted", ...movedBy(known) };
  }
  const { policyId, month, terms } = run;
  const expiresMs = expiresAtMs(terms, month, now.getTime(), site.timeZone);
  const grant = {
    siteId: run.siteId,
    householdId,
    grantId: grantIdOf(runId, householdId),
    runId,
    policyId,
    month,
    name: terms.name,
    commodity: commodityOf(terms.gift, site.currency),
    expiresAt: expiresMs === null ? null : new Date(expiresMs).toISOString(),
    at: now,
    by,
    ...share,
  };
  try {
    const { entry } = await ledgerOf(connection).post({
      ...grantIdentity(run, householdId),
      async decide() {
        // Behind the head that the entry will follow: a household that closes in between lengthens the chain.
        const isOpen = await householdModel(connection).exists({ _id: householdId, status: "open" });
        if (!isOpen) throw new ApiError("household-closed");
        return acceptGrant(grant);
      },
    });
    await tellMoneyMoved(deps, entry);
    return { outcome: "granted", ...movedBy(entry) };
  } catch (error) {
    if (isApiError(error, "household-closed") || isApiError(error, "run-reversed"))
      return { outcome: "left-out", reason: error.code as LeftOutReason };
    throw error;
  }
}

async function grantOf(
  connection: Connection,
  run: GrantRun,
  householdId: string,
): Promise<LedgerEntry | null> {
  const { siteId, refSpace, ref } = grantIdentity(run, householdId);
  return journalModel(connection)
    .findOne({ siteId, refSpace, ref, kind: "grant" })
    .lean<LedgerEntry | null>();
}
