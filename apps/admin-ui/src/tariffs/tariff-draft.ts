import type { DayTable, Demand, Rate, Season, TariffScheme } from "@hallmeter/meter-model";
import {
  clockRangeOf,
  dayOfPeriods,
  type PaintedDay,
  paintRange,
} from "../shared/week-painter/painted-day.ts";
import type { DayStroke } from "../shared/week-painter/week-rows.ts";
import { BUILT_IN_DAY_TYPES } from "./day-types.ts";

/** A scheme as it is painted: every kind of day of every season by itself. It may be unfinished. */
export interface TariffDraft extends Omit<TariffScheme, "schemeVersion" | "tables"> {
  /** By season and kind of day; spans name rates. */
  days: Readonly<Record<string, Readonly<Record<string, PaintedDay>>>>;
}

export const dayTypeIdsOf = ({ dayTypes }: Pick<TariffDraft, "dayTypes">): string[] => [
  ...BUILT_IN_DAY_TYPES,
  ...dayTypes.map(({ id }) => id),
];

export function draftOf({ schemeVersion: _, tables, ...scheme }: TariffScheme): TariffDraft {
  const dayOf = (seasonId: string, dayTypeId: string): PaintedDay => {
    const table = tables.find(
      ({ seasonIds, dayTypeIds }) => seasonIds.includes(seasonId) && dayTypeIds.includes(dayTypeId),
    );
    return dayOfPeriods(table?.periods ?? [], ({ rateId }) => rateId);
  };
  const days = Object.fromEntries(
    scheme.seasons.map(({ id }) => [
      id,
      Object.fromEntries(dayTypeIdsOf(scheme).map((dayTypeId) => [dayTypeId, dayOf(id, dayTypeId)])),
    ]),
  );
  return { ...scheme, days };
}

export function schemeOf({ days, ...draft }: TariffDraft): TariffScheme {
  return { schemeVersion: 2, ...draft, tables: tablesOf(draft, days) };
}

/** Kinds of day that are alike within a season share a table, and seasons that are alike share those. */
function tablesOf(
  draft: Pick<TariffDraft, "seasons" | "dayTypes">,
  days: TariffDraft["days"],
): TariffScheme["tables"] {
  const tables = new Map<string, DayTable>();
  for (const { id: seasonId } of draft.seasons) {
    const alike = new Map<string, DayTable>();
    for (const dayTypeId of dayTypeIdsOf(draft)) {
      const periods = (days[seasonId]?.[dayTypeId] ?? []).map((span) => ({
        ...clockRangeOf(span),
        rateId: span.paint,
      }));
      const key = JSON.stringify(periods);
      const table = alike.get(key);
      if (table === undefined) alike.set(key, { seasonIds: [seasonId], dayTypeIds: [dayTypeId], periods });
      else table.dayTypeIds.push(dayTypeId);
    }
    for (const table of alike.values()) {
      const key = JSON.stringify([table.dayTypeIds, table.periods]);
      const shared = tables.get(key);
      if (shared === undefined) tables.set(key, table);
      else shared.seasonIds.push(seasonId);
    }
  }
  return [...tables.values()];
}

/** Paints days of one season, or of all that are named. */
export function paintDays(
  draft: TariffDraft,
  seasonIds: readonly string[],
  strokes: readonly DayStroke[],
  rateId: string | null,
): TariffDraft {
  const days = { ...draft.days };
  for (const seasonId of seasonIds) {
    const season = { ...days[seasonId] };
    for (const { dayId, ...range } of strokes) season[dayId] = paintRange(season[dayId] ?? [], range, rateId);
    days[seasonId] = season;
  }
  return { ...draft, days };
}

export function copyDay(
  draft: TariffDraft,
  seasonId: string,
  fromDayId: string,
  toDayIds: readonly string[],
): TariffDraft {
  const season = draft.days[seasonId] ?? {};
  const copied = Object.fromEntries(toDayIds.map((dayId) => [dayId, season[fromDayId] ?? []]));
  return { ...draft, days: { ...draft.days, [seasonId]: { ...season, ...copied } } };
}

/** Every day of one season as in another. */
export function copySeason(draft: TariffDraft, fromId: string, toId: string): TariffDraft {
  return { ...draft, days: { ...draft.days, [toId]: draft.days[fromId] ?? {} } };
}

export const MOST_RATES = 8;
export const MOST_DEMANDS = 4;
export const MOST_SEASONS = 12;
export const MOST_BLOCK_STEPS = 8;

/** The first of "peak", "peak-2", … that is free. */
function freeId(stem: string, taken: readonly string[]): string {
  if (!taken.includes(stem)) return stem;
  let number = 2;
  while (taken.includes(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}
const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

export function addRate(draft: TariffDraft, name: string): TariffDraft {
  if (draft.rates.length >= MOST_RATES) return draft;
  const dearest = Math.max(0, ...draft.rates.map(({ priceMicroPerKWh }) => priceMicroPerKWh));
  const rate: Rate = { id: freeId("rate", idsOf(draft.rates)), name, priceMicroPerKWh: dearest };
  return { ...draft, rates: [...draft.rates, rate] };
}

/** What was painted with it becomes blank. */
export function removeRate(draft: TariffDraft, rateId: string): TariffDraft {
  const days = Object.fromEntries(
    Object.entries(draft.days).map(([seasonId, season]) => [
      seasonId,
      Object.fromEntries(
        Object.entries(season).map(([dayId, day]) => [dayId, day.filter(({ paint }) => paint !== rateId)]),
      ),
    ]),
  );
  return { ...draft, rates: draft.rates.filter(({ id }) => id !== rateId), days };
}

/** A season without days yet; its week begins as that of `likeId`. */
export function addSeason(draft: TariffDraft, name: string, likeId: string): TariffDraft {
  if (draft.seasons.length >= MOST_SEASONS) return draft;
  const season: Season = { id: freeId("season", idsOf(draft.seasons)), name, ranges: [] };
  return copySeason({ ...draft, seasons: [...draft.seasons, season] }, likeId, season.id);
}

export function removeSeason(draft: TariffDraft, seasonId: string): TariffDraft {
  const { [seasonId]: _, ...days } = draft.days;
  return { ...draft, seasons: draft.seasons.filter(({ id }) => id !== seasonId), days };
}

/** A kind of day of one's own; it begins as holidays are. */
export function addDayType(draft: TariffDraft, id: string, name: string): TariffDraft {
  if (dayTypeIdsOf(draft).includes(id)) return draft;
  const added = { ...draft, dayTypes: [...draft.dayTypes, { id, name }] };
  return draft.seasons.reduce((next, season) => copyDay(next, season.id, "holiday", [id]), added);
}

export function removeDayType(draft: TariffDraft, dayTypeId: string): TariffDraft {
  const days = Object.fromEntries(
    Object.entries(draft.days).map(([seasonId, { [dayTypeId]: _, ...season }]) => [seasonId, season]),
  );
  return { ...draft, dayTypes: draft.dayTypes.filter(({ id }) => id !== dayTypeId), days };
}

export function addDemand(draft: TariffDraft, name: string): TariffDraft {
  if (draft.demands.length >= MOST_DEMANDS) return draft;
  const demand: Demand = {
    id: freeId("demand", idsOf(draft.demands)),
    name,
    rateId: null,
    windowMinutes: 15,
    mode: "sliding",
    priceMicroPerKW: 0,
  };
  return { ...draft, demands: [...draft.demands, demand] };
}
