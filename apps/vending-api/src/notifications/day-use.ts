import { localDayBounds } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import type { Site } from "../places/site.model.ts";
import { accrualModel } from "../rating/accrual.model.ts";

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

export interface DayUse {
  householdId: string | null;
  circuitId: string;
  day: string;
  wh: number;
}

/** What was metered, whatever of it was charged; of one household's circuits together, or of each circuit. */
export async function usesByDay(
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

export function endOf(day: string, { timeZone }: Site): Date {
  return new Date(localDayBounds(day, timeZone).endMs);
}

export function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}

export function mondayOf(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return dayBefore(day, (weekday + WEEK_DAYS - 1) % WEEK_DAYS);
}
