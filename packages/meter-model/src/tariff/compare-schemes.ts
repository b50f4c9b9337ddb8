import { DAY_TYPES } from "../time/day-type.ts";
import { minuteOfDay } from "../time/wall-clock.ts";
import type { TariffScheme } from "./scheme.ts";
import { YEAR_DAYS } from "./scheme-mistakes.ts";
import { seasonIdOn } from "./tariff-calendar.ts";

/** One thing that two schemes have differently; null where one of them has no such thing. */
export interface SchemeDifference {
  /** As in the document, rows by their id: `rates.peak.priceMicroPerKWh`, `tables.summer.holiday`. */
  path: string;
  before: string | number | null;
  after: string | number | null;
}

type Leaf = string | number | null;

export function schemeDifferences(before: TariffScheme, after: TariffScheme): SchemeDifference[] {
  const old = leavesOf(before);
  const wanted = leavesOf(after);
  return [...new Set([...old.keys(), ...wanted.keys()])]
    .map((path) => ({ path, before: old.get(path) ?? null, after: wanted.get(path) ?? null }))
    .filter((difference) => difference.before !== difference.after);
}

/** Every value of a scheme under a path that does not depend on the order of rows. */
function leavesOf(scheme: TariffScheme): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const put = (path: string, value: Leaf) => leaves.set(path, value);
  const row = (path: string, { id: _, ...fields }: { id: string } & Record<string, Leaf>) => {
    for (const [field, value] of Object.entries(fields)) put(`${path}.${field}`, value);
  };
  for (const rate of scheme.rates) row(`rates.${rate.id}`, rate);
  for (const dayType of scheme.dayTypes) row(`dayTypes.${dayType.id}`, dayType);
  for (const { id, name, ranges } of scheme.seasons) {
    put(`seasons.${id}.name`, name);
    put(
      `seasons.${id}.ranges`,
      ranges
        .map(({ from, to }) => `${from} to ${to}`)
        .sort()
        .join(", "),
    );
  }
  for (const { seasonIds, dayTypeIds, periods } of scheme.tables)
    for (const seasonId of seasonIds)
      for (const dayTypeId of dayTypeIds)
        put(
          `tables.${seasonId}.${dayTypeId}`,
          periods.map(({ from, to, rateId }) => `${from}–${to} ${rateId}`).join(", "),
        );
  for (const demand of scheme.demands) row(`demands.${demand.id}`, demand);
  if (scheme.blocks !== null) {
    put("blocks.by", scheme.blocks.by);
    put("blocks.carry", scheme.blocks.carry);
    scheme.blocks.steps.forEach(({ aboveWh, surchargeMicroPerKWh }, index) => {
      put(`blocks.steps.${index + 1}.aboveWh`, aboveWh);
      put(`blocks.steps.${index + 1}.surchargeMicroPerKWh`, surchargeMicroPerKWh);
    });
  }
  put("standingMicroPerDay", scheme.standingMicroPerDay);
  put("taxPpm", scheme.taxPpm);
  return leaves;
}

/** Mean price of an hour under either scheme, 10⁻⁶ per kWh before blocks and tax, rounded to the nearest. */
export interface HourPrices {
  beforeMicroPerKWh: number;
  afterMicroPerKWh: number;
}

/** Part of the year in which each scheme has one season. */
export interface SeasonComparison {
  /** MM-DD, both included. */
  ranges: { from: string; to: string }[];
  beforeSeasonId: string;
  afterSeasonId: string;
  /** 168, Monday 00:00 first, of weeks without special days. */
  hoursOfWeek: HourPrices[];
  /** 24 each, of holidays and of every named kind of day that both know or one does. */
  specialDays: { dayTypeId: string; hours: HourPrices[] }[];
}

/** Prices of one scheme beside the other's, hour by hour of the week, for each pair of their seasons. */
export function compareWeeks(
  before: TariffScheme,
  after: TariffScheme,
  restWeekdays: readonly number[],
): SeasonComparison[] {
  const special = [
    ...new Set(["holiday", ...before.dayTypes.map(({ id }) => id), ...after.dayTypes.map(({ id }) => id)]),
  ];
  return seasonPairs(before, after).map(({ ranges, beforeSeasonId, afterSeasonId }) => {
    const hoursOn = (dayTypeId: string): HourPrices[] => {
      const old = hourlyPrices(before, beforeSeasonId, dayTypeId);
      const wanted = hourlyPrices(after, afterSeasonId, dayTypeId);
      return old.map((price, hour) => ({
        beforeMicroPerKWh: price,
        afterMicroPerKWh: wanted[hour] ?? 0,
      }));
    };
    const weekdays = [1, 2, 3, 4, 5, 6, 7].map((day) =>
      restWeekdays.includes(day) ? "rest-day" : "workday",
    );
    return {
      ranges,
      beforeSeasonId,
      afterSeasonId,
      hoursOfWeek: weekdays.flatMap(hoursOn),
      specialDays: special.map((dayTypeId) => ({ dayTypeId, hours: hoursOn(dayTypeId) })),
    };
  });
}

function seasonPairs(before: TariffScheme, after: TariffScheme) {
  const pairs = new Map<
    string,
    { ranges: { from: string; to: string }[]; beforeSeasonId: string; afterSeasonId: string }
  >();
  let lastKey = "";
  for (const day of YEAR_DAYS) {
    // Any leap year has every day.
    const beforeSeasonId = seasonIdOn(before, `2024-${day}`);
    const afterSeasonId = seasonIdOn(after, `2024-${day}`);
    const key = JSON.stringify([beforeSeasonId, afterSeasonId]);
    const pair = pairs.get(key) ?? { ranges: [], beforeSeasonId, afterSeasonId };
    pairs.set(key, pair);
    const last = pair.ranges.at(-1);
    if (key === lastKey && last !== undefined) last.to = day;
    else pair.ranges.push({ from: day, to: day });
    lastKey = key;
  }
  return [...pairs.values()];
}

/** A named day that the scheme does not know is an ordinary one; as which, its own date decides: here a workday. */
function hourlyPrices(scheme: TariffScheme, seasonId: string, dayTypeId: string): number[] {
  const known = [...DAY_TYPES, ...scheme.dayTypes.map(({ id }) => id)].includes(dayTypeId);
  const wanted = known ? dayTypeId : "workday";
  const table = scheme.tables.find(
    (row) => row.seasonIds.includes(seasonId) && row.dayTypeIds.includes(wanted),
  );
  const prices = new Map(scheme.rates.map(({ id, priceMicroPerKWh }) => [id, priceMicroPerKWh]));
  return Array.from({ length: 24 }, (_, hour) => {
    const total = (table?.periods ?? []).reduce((sum, { from, to, rateId }) => {
      const minutes = Math.min(minuteOfDay(to), hour * 60 + 60) - Math.max(minuteOfDay(from), hour * 60);
      return minutes > 0 ? sum + minutes * (prices.get(rateId) ?? 0) : sum;
    }, 0);
    return Math.round(total / 60);
  });
}
