import type { Season, SeasonRange } from "@hallmeter/meter-model";
import type { GridRun } from "../shared/week-painter/grid-selection.ts";
import type { PaintedRun } from "../shared/week-painter/paint-track.tsx";

/** Of a leap year: 29 February belongs to a season too. */
export const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
export const YEAR_DAYS = 366;
/** First day of each month, from 0. */
const MONTH_STARTS = MONTH_DAYS.map((_, month) =>
  MONTH_DAYS.slice(0, month).reduce((sum, days) => sum + days, 0),
);

const two = (value: number) => String(value).padStart(2, "0");

/** "03-15" of the day's number from 0. */
export function monthDayOf(day: number): string {
  const month = MONTH_STARTS.findLastIndex((start) => start <= day);
  return `${two(month + 1)}-${two(day - (MONTH_STARTS[month] ?? 0) + 1)}`;
}

export function dayOfMonthDay(monthDay: string): number {
  const [month = "1", day = "1"] = monthDay.split("-");
  return (MONTH_STARTS[Number(month) - 1] ?? 0) + Number(day) - 1;
}

/** The season of every day of the year, or null; of two, the first. */
export function seasonOfDays(seasons: readonly Pick<Season, "id" | "ranges">[]): (string | null)[] {
  const owners = new Array<string | null>(YEAR_DAYS).fill(null);
  for (const { id, ranges } of [...seasons].reverse())
    for (const { from, to } of ranges) {
      const [first, last] = [dayOfMonthDay(from), dayOfMonthDay(to)];
      if (first <= last) owners.fill(id, first, last + 1);
      else owners.fill(id, first).fill(id, 0, last + 1);
    }
  return owners;
}

/** A season's days as ranges; one that goes on over the year's end is one range. */
export function rangesOfSeason(owners: readonly (string | null)[], seasonId: string): SeasonRange[] {
  const runs: { first: number; last: number }[] = [];
  owners.forEach((owner, day) => {
    if (owner !== seasonId) return;
    const run = runs.at(-1);
    if (run !== undefined && run.last === day - 1) run.last = day;
    else runs.push({ first: day, last: day });
  });
  const [first] = runs;
  const last = runs.at(-1);
  if (runs.length > 1 && first?.first === 0 && last?.last === YEAR_DAYS - 1) {
    last.last = first.last;
    runs.shift();
  }
  return runs.map((run) => ({ from: monthDayOf(run.first), to: monthDayOf(run.last) }));
}

/** Months and days of them as numbers of the year. */
export function daysOfRuns(runs: readonly GridRun[]): number[] {
  return runs.flatMap(({ row, from, to }) =>
    Array.from({ length: to - from }, (_, index) => (MONTH_STARTS[row] ?? 0) + from + index),
  );
}

/** One month's days, as a row of the painted year. */
export function runsOfMonth(owners: readonly (string | null)[], month: number): PaintedRun[] {
  const start = MONTH_STARTS[month] ?? 0;
  const runs: PaintedRun[] = [];
  for (let day = 0; day < (MONTH_DAYS[month] ?? 0); day += 1) {
    const paint = owners[start + day] ?? null;
    const run = runs.at(-1);
    if (paint === null) continue;
    if (run !== undefined && run.paint === paint && run.to === day) run.to = day + 1;
    else runs.push({ from: day, to: day + 1, paint });
  }
  return runs;
}

/** The seasons with these days in one of them, or in none. Ranges of a season that keeps its days stay as they were. */
export function paintYear<Row extends Pick<Season, "id" | "ranges">>(
  seasons: readonly Row[],
  days: readonly number[],
  seasonId: string | null,
): Row[] {
  const before = seasonOfDays(seasons);
  const after = [...before];
  for (const day of days) after[day] = seasonId;
  return seasons.map((season) => {
    const isSame = before.every((owner, day) => (owner === season.id) === (after[day] === season.id));
    return isSame ? season : { ...season, ranges: rangesOfSeason(after, season.id) };
  });
}
