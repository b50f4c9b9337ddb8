import { z } from "zod";
import { defineJob } from "../jobs/define-job.ts";
import { jobItemModel } from "../jobs/job.model.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { audienceOf } from "./audience.ts";
import { giveGrant, runById } from "./give-grant.ts";
import { refsOfRun } from "./grant-entries.ts";
import { reverseGrant } from "./reverse-grant.ts";

/** Who gives and takes back. */
export const GRANTERS = ["administrator", "campus-admin"] as const;
/** Households that share the ledger's inserts; range 1–50. */
const CONCURRENCY = 32;

const params = z.object({ runId: z.string() });

/** Its items are households. */
export const grantRunJob = defineJob({
  kind: "grant-run",
  roles: GRANTERS,
  params,
  concurrency: CONCURRENCY,
  async items({ deps, params: { runId } }) {
    const { siteId, terms, reversal } = await runById(deps.connection, runId);
    if (reversal) return [];
    const households = await audienceOf(deps.connection, { siteId, audience: terms.audience });
    return households.map(({ _id }) => _id);
  },
  runItem: (householdId, { deps, params: { runId }, job: { by }, now }) =>
    giveGrant(deps, runId, { householdId, by, now }),
});

/** Its items are the households that the run reached or may still reach. */
export const grantReversalJob = defineJob({
  kind: "grant-reversal",
  roles: GRANTERS,
  params,
  concurrency: CONCURRENCY,
  async items({ deps: { connection }, params: { runId } }) {
    const { siteId, jobIds } = await runById(connection, runId);
    const [reached, granted] = await Promise.all([
      jobItemModel(connection).distinct("itemId", { jobId: { $in: jobIds } }),
      journalModel(connection).distinct("householdId", { siteId, refSpace: "grant", ref: refsOfRun(runId) }),
    ]);
    return [...new Set<string>([...reached, ...granted])].sort();
  },
  runItem: (householdId, { deps, params: { runId }, job: { by }, now }) =>
    reverseGrant(deps, runId, { householdId, by, now }),
});
