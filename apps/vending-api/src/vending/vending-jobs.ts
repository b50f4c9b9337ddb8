import type { Deps } from "../deps.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { finishTransfers } from "../ledger/transfer.ts";
import { siteModel } from "../places/site.model.ts";
import { finishClosings } from "../tills/close-shift.ts";
import { storedTills } from "../tills/till-books.ts";
import { finishAdjustments } from "./adjustments.ts";
import { deliverForgotten } from "./purchases.ts";

/** A crash between the books and what follows is rare; a person at the desk waits for it. Range 10 s–10 min. */
const FINISH_INTERVAL_MS = 60_000;

/** Finishes what a crash cut off, at the start and from time to time. Each step is done once, whoever does it. */
export function startVendingJobs(deps: Deps): { stop(): Promise<void> } {
  const steps = {
    deliveries: () => deliverForgotten(deps, deps.clock.now()),
    closings: () => finishClosings(storedTills(deps.connection), deps),
    adjustments: () => finishAdjustments(deps),
    transfers: () => finishSiteTransfers(deps),
  };
  let running: Promise<void> | null = null;
  const finish = () => {
    running ??= finishAll().finally(() => {
      running = null;
    });
  };
  /** One that fails keeps no other from being done. */
  const finishAll = async () => {
    for (const [job, step] of Object.entries(steps))
      await step().catch((error: unknown) => {
        if (!deps.stopping.aborted) deps.log.error({ err: error, job }, "job failed; it runs again");
      });
  };
  finish();
  const stopTimer = deps.clock.every(FINISH_INTERVAL_MS, finish);
  return {
    async stop() {
      stopTimer();
      await running;
      // With the store gone the next start folds what is missing.
      await ledgerOf(deps.connection)
        .idle()
        .catch(() => undefined);
    },
  };
}

async function finishSiteTransfers({ connection, clock }: Deps): Promise<void> {
  await finishTransfers(connection, await siteModel(connection).distinct("_id"), clock.now());
}
