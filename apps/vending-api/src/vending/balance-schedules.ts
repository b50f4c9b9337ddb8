import type { Schedule } from "../jobs/schedules.ts";
import { healBalances } from "../ledger/fold-balances.ts";

/** A row is behind for so long at most when the process that posted the entry died over it. Range 1–60 min. */
const HEAL_PATTERN = "*/5 * * * *";
/** Clocks of processes differ, and an entry is inserted some time after it got its id. Range 10 s–10 min. */
const OVERLAP_MS = 60_000;

/** What each process does at its start as well: there may be none to start for a long time. */
export const balanceSchedules: readonly Schedule[] = [
  {
    name: "heal-balances",
    pattern: HEAL_PATTERN,
    async run({ connection, log }, { lastRunFor }) {
      const healed = await healBalances(connection, new Date(lastRunFor.getTime() - OVERLAP_MS));
      if (healed > 0) log.warn({ healed }, "balances that a process left behind are folded");
    },
  },
];
