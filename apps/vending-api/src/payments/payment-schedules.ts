import type { Schedule } from "../jobs/schedules.ts";
import { pollTopUps } from "./poll-top-ups.ts";
import { findProvider } from "./providers.ts";
import { sweepSandbox } from "./sandbox/sandbox-payments.ts";
import { paymentDeps } from "./stored-payments.ts";

export const paymentSchedules: readonly Schedule[] = [
  {
    name: "poll-top-ups",
    // Most looks find nothing due: each payment has its own, longer and longer pauses.
    pattern: "* * * * *",
    async run(deps) {
      await pollTopUps(paymentDeps(deps), ({ siteId, provider }) => findProvider(deps, siteId, provider));
    },
  },
  { name: "sweep-sandbox", pattern: "* * * * *", run: sweepSandbox },
];
