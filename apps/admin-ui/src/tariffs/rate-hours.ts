import type { TariffScheme } from "@hallmeter/meter-model";

/** When a rate holds; empty lists stand for every season, or every kind of day. */
export interface RateHours {
  seasons: string[];
  dayTypeIds: string[];
  hours: string[];
}

/** The hours of one rate, a row for each table of the scheme that has it. */
export function hoursOfRate(scheme: TariffScheme, rateId: string): RateHours[] {
  const dayTypeCount = BUILT_IN_DAY_TYPES.length + scheme.dayTypes.length;
  return scheme.tables.flatMap(({ seasonIds, dayTypeIds, periods }) => {
    const hours = periods.filter((period) => period.rateId === rateId).map(({ from, to }) => `${from}–${to}`);
    if (hours.length === 0) return [];
    const isAllYear = seasonIds.length === scheme.seasons.length;
    const seasons = scheme.seasons.filter(({ id }) => seasonIds.includes(id)).map(({ name }) => name);
    return [
      {
        seasons: isAllYear ? [] : seasons,
        dayTypeIds: dayTypeIds.length === dayTypeCount ? [] : dayTypeIds,
        hours,
      },
    ];
  });
}

/** Kinds of day that every scheme has. */
export const BUILT_IN_DAY_TYPES = ["workday", "rest-day", "holiday"] as const;
export type BuiltInDayType = (typeof BUILT_IN_DAY_TYPES)[number];

export function isBuiltIn(dayTypeId: string): dayTypeId is BuiltInDayType {
  return (BUILT_IN_DAY_TYPES as readonly string[]).includes(dayTypeId);
}
