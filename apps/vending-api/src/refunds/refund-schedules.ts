import type { Schedule } from "../jobs/schedules.ts";
import { retryWithdrawals, startApprovedRefunds } from "./refunds.ts";

export const refundSchedules: readonly Schedule[] = [
  {
    name: "go-on-with-refunds",
    pattern: "* * * * *",
    async run(deps) {
      await startApprovedRefunds(deps);
      await retryWithdrawals(deps);
    },
  },
];
