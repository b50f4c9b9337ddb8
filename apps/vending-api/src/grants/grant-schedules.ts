import type { Deps } from "../deps.ts";
import type { Schedule } from "../jobs/schedules.ts";
import { startJob } from "../jobs/start-job.ts";
import { siteModel } from "../places/site.model.ts";
import { expireGrants } from "./expire-grants.ts";
import { dueMonths } from "./grant-dates.ts";
import { GRANTS_AUTHOR, runIdOf } from "./grant-entries.ts";
import { grantRunJob } from "./grant-jobs.ts";
import { grantPolicyModel } from "./grant-policy.model.ts";
import type { GrantPolicy } from "./grant-policy.ts";
import { startedMonths } from "./grant-runs.ts";

/** A quarter of an hour behind midnight, which comes on the half hour in some zones. */
const RUNS_PATTERN = "15,45 * * * *";
/** Behind the sweeps that bring use and standing charges into the books. */
const EXPIRY_PATTERN = "25,55 * * * *";

export const grantSchedules: readonly Schedule[] = [
  { name: "grant-runs", pattern: RUNS_PATTERN, run: startDueRuns },
  {
    name: "grant-expiry",
    pattern: EXPIRY_PATTERN,
    async run(deps) {
      await expireGrants(deps, deps.clock.now());
    },
  },
];

/**
 * Starts the run of every month whose day has come, the missed ones first. What is due follows from the policies and their runs,
 * not from when this last ran, so nothing is forgotten. A policy that cannot be run stops no other.
 */
export async function startDueRuns(deps: Deps): Promise<void> {
  const timeZones = await timeZonesOf(deps);
  const failures: unknown[] = [];
  for (const policy of await grantPolicyModel(deps.connection)
    .find({ isAutomatic: true })
    .lean<GrantPolicy[]>())
    await startDueRunsOf(deps, policy, timeZones.get(policy.siteId) ?? "UTC").catch((error: unknown) => {
      failures.push(error);
    });
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} policies were not run`);
}

async function startDueRunsOf(deps: Deps, policy: GrantPolicy, timeZone: string): Promise<void> {
  const now = deps.clock.now();
  const started = await startedMonths(deps.connection, policy._id);
  for (const month of dueMonths(policy, timeZone, now.getTime())) {
    if (started.has(month)) continue;
    // The key is the run's own: started again before the job has opened its run, it is the same job.
    const key = `grant-run:${runIdOf(policy._id, month)}`;
    await startJob(deps, grantRunJob, {
      siteId: policy.siteId,
      params: { policyId: policy._id, month },
      by: GRANTS_AUTHOR,
      origin: "schedule",
      idempotencyKey: key,
      requestHash: key,
      now,
    });
  }
}

async function timeZonesOf({ connection }: Deps): Promise<Map<string, string>> {
  const sites = await siteModel(connection)
    .find({}, { timeZone: 1 })
    .lean<{ _id: string; timeZone: string }[]>();
  return new Map(sites.map(({ _id, timeZone }) => [_id, timeZone]));
}
