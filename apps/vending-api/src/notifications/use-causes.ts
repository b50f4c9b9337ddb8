import { localDay } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import type { Deps } from "../deps.ts";
import type { Schedule } from "../jobs/schedules.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { abnormalUse, COMPARED_WEEKS } from "./abnormal-use.ts";
import { dayBefore, endOf, usesByDay } from "./day-use.ts";
import type { Cause } from "./notice.ts";
import { moveMark, readMark } from "./notice-mark.model.ts";
import { recordCauses } from "./record-causes.ts";
import { judgeVacantUse } from "./vacant-use.ts";

/** A day is judged this long after its end, when its last samples have come. Range 30 min–12 h. */
const SETTLED_AFTER_MS = 3_600_000;
/** After a long standstill older days are not told of any more. Range 1–7. */
const MOST_DAYS_BEHIND = 3;
const HOUSEHOLDS_AT_ONCE = 200;
const WEEK_DAYS = 7;

/** Behind the sweep that closes days; midnight comes at another hour at each site. */
export const usesSchedule: Schedule = {
  name: "notice-uses",
  pattern: "20,50 * * * *",
  run: (deps) => findUseCauses(deps, deps.clock.now()),
};

/** Judges each site's days that are over: abnormal use of its households, and use where nobody lives. */
export async function findUseCauses(deps: Pick<Deps, "connection" | "changes">, now: Date): Promise<void> {
  const { connection } = deps;
  const sites = await siteModel(connection).find().lean<Site[]>();
  for (const site of sites) {
    const newest = dayBefore(localDay(now.getTime() - SETTLED_AFTER_MS, site.timeZone), 1);
    const mark = `uses:${site._id}`;
    const done = await readMark(connection, mark, dayBefore(newest, 1));
    for (let behind = MOST_DAYS_BEHIND - 1; behind >= 0; behind -= 1) {
      const day = dayBefore(newest, behind);
      if (day <= done) continue;
      await recordCauses(connection, await abnormalUses(connection, site, day));
      await judgeVacantUse(deps, site, day);
      await moveMark(connection, mark, day);
    }
  }
}

async function abnormalUses(connection: Connection, site: Site, day: string): Promise<Cause[]> {
  const households = await householdModel(connection)
    .find({ siteId: site._id, status: "open" }, { _id: 1 })
    .lean<Pick<Household, "_id">[]>();
  const pastDays = Array.from({ length: COMPARED_WEEKS }, (_, weeks) =>
    dayBefore(day, (weeks + 1) * WEEK_DAYS),
  );
  const causes: Cause[] = [];
  for (let from = 0; from < households.length; from += HOUSEHOLDS_AT_ONCE) {
    const ids = households.slice(from, from + HOUSEHOLDS_AT_ONCE).map(({ _id }) => _id);
    const days = await usesByDay(connection, { householdId: { $in: ids }, day: { $in: [day, ...pastDays] } });
    for (const [householdId, own] of groupBy(days, (use) => use.householdId)) {
      const wh = own.find((use) => use.day === day)?.wh;
      const verdict =
        wh === undefined
          ? undefined
          : abnormalUse(
              wh,
              own.filter((use) => use.day !== day).map((use) => use.wh),
            );
      if (wh === undefined || verdict === undefined || householdId === null) continue;
      causes.push({
        key: `abnormal-use:${householdId}:${day}`,
        siteId: site._id,
        householdId,
        at: endOf(day, site),
        notice: { kind: "abnormal-use", params: { day, wh, usualWh: verdict.usualWh } },
      });
    }
  }
  return causes;
}
