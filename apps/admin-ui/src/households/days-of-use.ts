import type { LoadProfile } from "../api/rows.ts";
import { localDayOf } from "../format/format.ts";

export interface DayOfUse {
  day: string;
  wh: number;
}

/** The household's use by local day, over all its circuits; days without a single interval are not invented. */
export function daysOfUse(profiles: readonly LoadProfile[], timeZone: string): DayOfUse[] {
  const whByDay = new Map<string, number>();
  for (const { intervals } of profiles)
    for (const { at, wh } of intervals) {
      if (wh === null) continue;
      const day = localDayOf(Date.parse(at), timeZone);
      whByDay.set(day, (whByDay.get(day) ?? 0) + wh);
    }
  return [...whByDay].map(([day, wh]) => ({ day, wh })).sort((a, b) => (a.day < b.day ? -1 : 1));
}
