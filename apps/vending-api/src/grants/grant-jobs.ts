import { z } from "zod";
import { ApiError } from "../errors.ts";
import { defineJob } from "../jobs/define-job.ts";
import { jobItemModel } from "../jobs/job.model.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { audienceOf } from "./audience.ts";
import { giveGrant } from "./give-grant.ts";
import { refsOfRun, runIdOf } from "./grant-entries.ts";
import { grantPolicyModel } from "./grant-policy.model.ts";
import type { GrantPolicy } from "./grant-policy.ts";
import { closeRun, openRun } from "./grant-runs.ts";
import { reverseGrant } from "./reverse-grant.ts";

/** Who gives and takes back. */
export const GRANTERS = ["administrator", "campus-admin"] as const;
/** Households that share the ledger's inserts; range 1–50. */
const CONCURRENCY = 32;

/** Opens the run, then gives. Its items are households. */
export const grantRunJob = defineJob({
  kind: "grant-run",
  roles: GRANTERS,
  params: z.object({ policyId: z.string(), month: z.string() }),
  concurrency: CONCURRENCY,
  async items({ deps, params: { policyId, month }, job: { id: jobId, by } }) {
    const { connection, clock } = deps;
    const policy = await grantPolicyModel(connection).findById(policyId).lean<GrantPolicy | null>();
    if (!policy) throw new ApiError("not-found", `grant policy ${policyId} does not exist`);
    const { siteId, terms } = await openRun(deps, policy, month, { jobId, by, now: clock.now() });
    const households = await audienceOf(connection, { siteId, audience: terms.audience });
    return households.map(({ _id }) => _id);
  },
  runItem: (householdId, { deps, params: { policyId, month }, job: { by }, now }) =>
    giveGrant(deps, runIdOf(policyId, month), { householdId, by, now }),
});

/** Closes the run, then takes back. Its items are the households that the run reached or may still reach. */
export const grantReversalJob = defineJob({
  kind: "grant-reversal",
  roles: GRANTERS,
  params: z.object({ runId: z.string(), reason: z.string() }),
  concurrency: CONCURRENCY,
  async items({ deps, params: { runId, reason }, job: { id: jobId, by } }) {
    const { connection, clock } = deps;
    const { siteId, jobIds } = await closeRun(deps, runId, reason, { jobId, by, now: clock.now() });
    const [reached, granted] = await Promise.all([
      jobItemModel(connection).distinct("itemId", { jobId: { $in: jobIds } }),
      journalModel(connection).distinct("householdId", { siteId, refSpace: "grant", ref: refsOfRun(runId) }),
    ]);
    return [...new Set<string>([...reached, ...granted])].sort();
  },
  runItem: (householdId, { deps, params: { runId }, job: { by }, now }) =>
    reverseGrant(deps, runId, { householdId, by, now }),
});
