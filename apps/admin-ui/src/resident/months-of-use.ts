import type { MyUse } from "../api/rows.ts";

export interface MonthOfUse {
  /** "YYYY-MM". */
  month: string;
  wh: number;
  costMinor: number;
}

/** Use by calendar month of the site, oldest first. */
export function monthsOfUse(days: MyUse["days"]): MonthOfUse[] {
  const months = new Map<string, MonthOfUse>();
  for (const { day, wh, costMinor } of days) {
    const month = day.slice(0, 7);
    const sum = months.get(month) ?? { month, wh: 0, costMinor: 0 };
    months.set(month, { month, wh: sum.wh + wh, costMinor: sum.costMinor + costMinor });
  }
  return [...months.values()].sort((a, b) => (a.month < b.month ? -1 : 1));
}
