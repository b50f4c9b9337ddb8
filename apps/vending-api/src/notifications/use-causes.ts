import { localDay, localDayBounds } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import type { Schedule } from "../jobs/schedules.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { accrualModel } from "../rating/accrual.model.ts";
import { abnormalUse, COMPARED_WEEKS } from "./abnormal-use.ts";
import type { Cause } from "./notice.ts";
import { moveMark, readMark } from "./notice-mark.model.ts";
import { recordCauses } from "./record-causes.ts";

/** A day is judged this long after its end, when its last samples have come. Range 30 min–12 h. */
const SETTLED_AFTER_MS = 3_600_000;
/** After a long standstill older days are not told of any more. Range 1–7. */
const MOST_DAYS_BEHIND = 3;
/** What stands by in an empty room stays below: 12 W all day. Range 100–1000 Wh. */
export const VACANT_USE_WH = 300;
const HOUSEHOLDS_AT_ONCE = 200;
const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

/** Behind the sweep that closes days; midnight comes at another hour at each site. */
export const usesSchedule: Schedule = {
  name: "notice-uses",
  pattern: "20,50 * * * *",
  run: ({ connection, clock }) => findUseCauses(connection, clock.now()),
};

/** Judges each site's days that are over: abnormal use of its households, and use where nobody lives. */
export async function findUseCauses(connection: Connection, now: Date): Promise<void> {
  const sites = await siteModel(connection).find().lean<Site[]>();
  for (const site of sites) {
    const newest = dayBefore(localDay(now.getTime() - SETTLED_AFTER_MS, site.timeZone), 1);
    const mark = `uses:${site._id}`;
    const done = await readMark(connection, mark, dayBefore(newest, 1));
    for (let behind = MOST_DAYS_BEHIND - 1; behind >= 0; behind -= 1) {
      const day = dayBefore(newest, behind);
      if (day <= done) continue;
      await recordCauses(connection, [
        ...(await abnormalUses(connection, site, day)),
        ...(await vacantUses(connection, site, day)),
      ]);
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

/**
 * Circuits of rooms: those that some household has had. Corridors and master meters never had one. Told once a week for each.
 */
async function vacantUses(connection: Connection, site: Site, day: string): Promise<Cause[]> {
  const open: string[] = await householdModel(connection).distinct("_id", {
    siteId: site._id,
    status: "open",
  });
  const unoccupied = await circuitModel(connection)
    .find({ siteId: site._id, commissionedAt: { $ne: null }, householdId: { $nin: open } }, { name: 1 })
    .lean<Pick<Circuit, "_id" | "name">[]>();
  const uses = await usesByDay(connection, {
    circuitId: { $in: unoccupied.map(({ _id }) => _id) },
    day,
    householdId: { $nin: open },
  });
  const causes: Cause[] = [];
  for (const { _id: circuitId, name: circuit } of unoccupied) {
    const wh = uses.filter((use) => use.circuitId === circuitId).reduce((sum, use) => sum + use.wh, 0);
    if (wh < VACANT_USE_WH) continue;
    if (!(await accrualModel(connection).exists({ circuitId, householdId: { $ne: null } }))) continue;
    causes.push({
      key: `vacant-use:${circuitId}:${mondayOf(day)}`,
      siteId: site._id,
      householdId: null,
      at: endOf(day, site),
      notice: { kind: "vacant-use", params: { day, wh, circuitId, circuit } },
    });
  }
  return causes;
}

interface DayUse {
  householdId: string | null;
  circuitId: string;
  day: string;
  wh: number;
}

/** What was metered, whatever of it was charged; of one household's circuits together, or of each circuit. */
async function usesByDay(
  connection: Connection,
  where: {
    day: string | { $in: string[] };
    householdId: { $in: string[] } | { $nin: string[] };
    circuitId?: { $in: string[] };
  },
): Promise<DayUse[]> {
  const whose = where.circuitId ? "$circuitId" : "$householdId";
  return accrualModel(connection).aggregate<DayUse>([
    { $match: where },
    {
      $group: {
        _id: { whose, day: "$day" },
        householdId: { $first: "$householdId" },
        circuitId: { $first: "$circuitId" },
        day: { $first: "$day" },
        wh: { $sum: { $subtract: ["$lastWh", "$fromWh"] } },
      },
    },
  ]);
}

function endOf(day: string, { timeZone }: Site): Date {
  return new Date(localDayBounds(day, timeZone).endMs);
}

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}

function mondayOf(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return dayBefore(day, (weekday + WEEK_DAYS - 1) % WEEK_DAYS);
}
