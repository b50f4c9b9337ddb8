import { localDay } from "@hallmeter/meter-model";
import type { Deps } from "../deps.ts";
import type { Route } from "../http/route.ts";
import type { Schedule } from "../jobs/schedules.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { readDayTotals } from "./read-day-totals.ts";
import { balancesReport } from "./tables/balances-report.ts";
import { lossesReport } from "./tables/losses-report.ts";
import { roomsReport } from "./tables/rooms-report.ts";
import { salesReport } from "./tables/sales-report.ts";
import { subsidyReport } from "./tables/subsidy-report.ts";
import { tillsReport } from "./tables/tills-report.ts";
import { useReport } from "./tables/use-report.ts";

/** Every report that is a table. */
export function reportTableRoutes(deps: Deps): Route[] {
  return [
    salesReport,
    tillsReport,
    useReport,
    balancesReport,
    subsidyReport,
    lossesReport,
    roomsReport,
  ].flatMap((report) => report(deps));
}

/** Behind the sweeps that bring a day's use into the books. */
const FOLD_PATTERN = "40 * * * *";
/** Yesterday's use is booked today, and a server may have stood still over a weekend. Range 2–31. */
const FOLDED_DAYS = 4;
const DAY_MS = 86_400_000;

/** Folds the last days of every site ahead of those who ask for them. */
export const reportSchedule: Schedule = {
  name: "report-days",
  pattern: FOLD_PATTERN,
  async run({ connection, clock }) {
    const nowMs = clock.now().getTime();
    for (const site of await siteModel(connection).find().lean<Site[]>()) {
      const days = Array.from({ length: FOLDED_DAYS }, (_, back) =>
        localDay(nowMs - back * DAY_MS, site.timeZone),
      );
      await readDayTotals(connection, site, [...new Set(days)]);
    }
  },
};
