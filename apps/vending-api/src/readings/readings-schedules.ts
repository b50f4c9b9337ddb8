import type { Schedule } from "../jobs/schedules.ts";
import { packDaysBefore, utcDay } from "../rating/load-profile.model.ts";
import { finishRegisterChanges } from "./apply-register-change.ts";
import { checkSums } from "./check-sums.ts";
import { finishReleases } from "./decide-held-use.ts";

/** Late samples of two days find their day still open. Range 1–7 days. */
const PACK_AFTER_MS = 2 * 86_400_000;

export const readingsSchedules: readonly Schedule[] = [
  {
    name: "finish-readings",
    pattern: "*/10 * * * *",
    async run(deps) {
      const now = deps.clock.now();
      await finishReleases(deps, now);
      await finishRegisterChanges(deps, now);
    },
  },
  {
    name: "pack-load-profiles",
    pattern: "20 * * * *",
    async run({ connection, clock }) {
      await packDaysBefore(connection, utcDay(clock.now().getTime() - PACK_AFTER_MS));
    },
  },
  {
    name: "check-sums",
    // Late samples of the day have an hour.
    pattern: "5 1 * * *",
    run: (deps) => checkSums(deps, deps.clock.now()),
  },
];
