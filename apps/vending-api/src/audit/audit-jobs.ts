import type { Deps } from "../deps.ts";
import { auditCutOffChanges } from "./change-intents.ts";

/** Range 10 s–10 min: an auditor does not wait for it. */
const LOOK_INTERVAL_MS = 60_000;

/** Finishes what a crash left between a change and its audit, at the start and from time to time. */
export function startAuditJobs({ connection, clock, log, stopping }: Deps): { stop(): Promise<void> } {
  let running: Promise<void> | null = null;
  const look = () => {
    running ??= auditCutOffChanges(connection, clock.now())
      .then((found) => {
        if (found > 0) log.warn({ found }, "changes that were cut off stand in the audit");
      })
      .catch((error: unknown) => {
        if (!stopping.aborted) log.error({ err: error, job: "audit" }, "job failed; it runs again");
      })
      .finally(() => {
        running = null;
      });
  };
  look();
  const stopTimer = clock.every(LOOK_INTERVAL_MS, look);
  return {
    async stop() {
      stopTimer();
      await running;
    },
  };
}
