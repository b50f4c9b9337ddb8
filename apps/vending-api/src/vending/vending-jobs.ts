import type { Deps } from "../deps.ts";
import { deliverForgotten } from "./purchases.ts";

/** A crash between the books and a delivery is rare; a buyer at the desk waits for it. Range 10 s–10 min. */
const DELIVER_INTERVAL_MS = 60_000;

/** Finishes what a crash cut off, at the start and from time to time. Each step is done once, whoever does it. */
export function startVendingJobs(deps: Deps): { stop(): Promise<void> } {
  let running: Promise<void> | null = null;
  const deliver = () => {
    running ??= deliverForgotten(deps, deps.clock.now())
      .catch((error: unknown) => {
        if (!deps.stopping.aborted)
          deps.log.error({ err: error, job: "deliveries" }, "job failed; it runs again");
      })
      .finally(() => {
        running = null;
      });
  };
  deliver();
  const stopTimer = deps.clock.every(DELIVER_INTERVAL_MS, deliver);
  return {
    async stop() {
      stopTimer();
      await running;
    },
  };
}
