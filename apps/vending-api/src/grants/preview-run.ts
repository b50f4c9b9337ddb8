import type { Connection } from "mongoose";
import { journalModel } from "../ledger/journal.model.ts";
import type { Household } from "../places/household.model.ts";
import type { Site } from "../places/site.model.ts";
import { audienceOf, standingsOf } from "./audience.ts";
import { refsOfRun, runIdOf } from "./grant-entries.ts";
import { type GrantPolicy, type GrantTerms, termsOf } from "./grant-policy.ts";
import { type GrantRun, grantRunModel } from "./grant-run.model.ts";
import { commodityOf, type LeftOutReason, shareOf } from "./grant-share.ts";

export interface RunPreview {
  terms: GrantTerms;
  commodity: string;
  granted: { household: Household; residents: number; amount: number }[];
  leftOut: { household: Household; reason: LeftOutReason }[];
}

/** Whom a run would give what now, by the same rules; it writes nothing. */
export async function previewRun(
  connection: Connection,
  policy: GrantPolicy,
  month: string,
  site: Site,
): Promise<RunPreview> {
  const { siteId } = policy;
  const runId = runIdOf(policy._id, month);
  const run = await grantRunModel(connection).findById(runId).lean<GrantRun | null>();
  const terms = run?.terms ?? termsOf(policy);
  const households = await audienceOf(connection, { siteId, audience: terms.audience });
  const [standings, before] = await Promise.all([
    standingsOf(connection, households),
    journalModel(connection).distinct("householdId", {
      siteId,
      refSpace: "grant",
      ref: refsOfRun(runId),
      kind: "grant",
    }),
  ]);
  const hadIt = new Set<string>(before);
  const preview: RunPreview = {
    terms,
    commodity: commodityOf(terms.gift, site.currency),
    granted: [],
    leftOut: [],
  };
  for (const { household, ...rest } of standings) {
    const share = shareOf({ terms, month }, { household, ...rest }, site.timeZone);
    if (run?.reversal) preview.leftOut.push({ household, reason: "run-reversed" });
    else if (hadIt.has(household._id)) preview.leftOut.push({ household, reason: "granted-before" });
    else if ("leftOut" in share) preview.leftOut.push({ household, reason: share.leftOut });
    else preview.granted.push({ household, ...share });
  }
  return preview;
}
