import { idSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import type { Deps } from "../../deps.ts";
import { READERS } from "../../http/access.ts";
import type { Site } from "../../places/site.model.ts";
import type { UseOfDay } from "../day-totals.model.ts";
import { MOST_DAYS_LATE } from "../fold-day.ts";
import { readDayTotals } from "../read-day-totals.ts";
import { assertRange, type DayRange, daysOf, rangeFields } from "../report-query.ts";
import { reportRoutesOf } from "../report-table.ts";
import { readSitePlaces } from "../site-places.ts";
import { sumRows, totalsOf } from "../sum-rows.ts";

const FIGURES = ["wh", "freeWh", "costMinor"] as const;
const figures = { wh: z.int(), freeWh: z.int(), costMinor: z.int() };
const GROUPS = ["building", "household", "day"] as const;

/** What was charged for the use of these days, whenever within a month it reached the books. */
export async function usesOfDays(
  connection: Connection,
  site: Site,
  range: DayRange,
  now: Date,
): Promise<UseOfDay[]> {
  const days = daysOf(range, now, site.timeZone, MOST_DAYS_LATE);
  const totals = await readDayTotals(connection, site, days);
  return totals.flatMap(({ uses }) => uses.filter(({ day }) => day >= range.from && day <= range.to));
}

export const useReport = (deps: Deps) =>
  reportRoutesOf(deps, {
    what: "use",
    summary: "Use that was charged, by building, household or day",
    description:
      "By the local day of the use. What is not booked yet, today's above all, and what is held for a decision are not in it.",
    roles: READERS,
    asked: {
      ...rangeFields,
      by: z.enum(GROUPS).default("building"),
      buildingId: idSchema.optional(),
      householdId: idSchema.optional(),
    },
    row: {
      day: z.iso.date().optional(),
      buildingId: z.string().optional(),
      building: z.string().optional(),
      householdId: z.string().optional(),
      household: z.string().optional(),
      unitId: z.string().optional(),
      unit: z.string().optional(),
      ...figures,
    },
    totals: figures,
    columns: {
      day: "day",
      building_id: "buildingId",
      building: "building",
      unit_id: "unitId",
      unit: "unit",
      household_id: "householdId",
      household: "household",
      wh: "wh",
      free_wh: "freeWh",
      cost_minor: "costMinor",
    },
    async read(site, { by, buildingId, householdId, ...range }, now) {
      assertRange(range);
      const [uses, { households }] = await Promise.all([
        usesOfDays(deps.connection, site, range, now),
        readSitePlaces(deps.connection, site._id),
      ]);
      const placed = uses.flatMap((use) => {
        const place = households.get(use.householdId);
        if (householdId !== undefined && use.householdId !== householdId) return [];
        return place && (buildingId === undefined || place.buildingId === buildingId)
          ? [{ ...use, place }]
          : [];
      });
      const keyOf = {
        building: ({ place }: (typeof placed)[number]) => place.buildingId,
        household: (use: (typeof placed)[number]) => use.householdId,
        day: (use: (typeof placed)[number]) => use.day,
      }[by];
      const sums = sumRows(placed, keyOf, FIGURES).sort((a, b) =>
        by === "day" ? a.day.localeCompare(b.day) : b.wh - a.wh,
      );
      const rows = sums.map(({ day, place, wh, freeWh, costMinor }) => {
        const { buildingId, building, householdId, household, unitId, unit } = place;
        return {
          ...(by === "day" ? { day } : { buildingId, building }),
          ...(by === "household" ? { unitId, unit, householdId, household } : {}),
          ...{ wh, freeWh, costMinor },
        };
      });
      return { rows, totals: totalsOf(rows, FIGURES) };
    },
  });
