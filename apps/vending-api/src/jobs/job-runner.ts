import type { Deps } from "../deps.ts";
import type { JobKind } from "./define-job.ts";
import { runNextJob } from "./run-job.ts";

/** Jobs under way at a time in one process. Range 1–16: a class refund of an hour must not keep a grant run waiting. */
const LANES = 4;
/** For leases that ran out and jobs that rested; a new job is told of by the change stream. Range 1–60 s. */
const LOOK_INTERVAL_MS = 5000;

/** Works on the jobs of these kinds, beside any number of other processes. */
export function startJobRunner(deps: Deps, kinds: readonly JobKind[]): { stop(): Promise<void> } {
  const lanes: (Promise<void> | null)[] = Array.from({ length: LANES }, () => null);
  const work = async () => {
    try {
      while (!deps.stopping.aborted && (await runNextJob(deps, kinds)));
    } catch (error) {
      if (!deps.stopping.aborted) deps.log.warn({ err: error }, "jobs not looked at; they are again soon");
    }
  };
  const look = () => {
    for (const [index, lane] of lanes.entries())
      lanes[index] =
        lane ??
        work().finally(() => {
          lanes[index] = null;
        });
  };
  look();
  const stops = [
    deps.clock.every(LOOK_INTERVAL_MS, look),
    deps.changes.subscribe(({ resource }) => {
      if (resource === "jobs") look();
    }),
  ];
  return {
    async stop() {
      for (const stop of stops) stop();
      await Promise.all(lanes);
    },
  };
}
