import type { GridRun } from "./grid-selection.ts";
import type { PaintedRun } from "./paint-track.tsx";
import { DAY_MINUTES, type MinuteRange, type PaintedDay, STEP_MINUTES } from "./painted-day.ts";

/** A line of a painted week; several may show the same day. */
export interface WeekRow {
  id: string;
  label: string;
  dayId: string;
  startsBlock?: boolean;
}

/** One range of one day that the brush went over. */
export interface DayStroke extends MinuteRange {
  dayId: string;
}

/** Where the picture's day begins. */
export const DAY_STARTS = { midnight: 0, noon: DAY_MINUTES / 2 } as const;
export type DayStart = keyof typeof DAY_STARTS;

/** The seven days as the site's calendar takes them, then those days that no weekday tells. */
export function weekRowsOf(
  restWeekdays: readonly number[],
  specialDays: readonly { id: string; name: string }[],
  weekdayName: (weekday: number) => string,
): WeekRow[] {
  const week = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
    id: String(weekday),
    label: weekdayName(weekday),
    dayId: restWeekdays.includes(weekday) ? "rest-day" : "workday",
  }));
  // Without any rest day, or with nothing else, one kind of day has no row among the seven.
  const missing = ["workday", "rest-day"]
    .filter((id) => week.every((row) => row.dayId !== id))
    .flatMap((id) => specialDays.filter((day) => day.id === id));
  const special = [...missing, ...specialDays.filter(({ id }) => !["workday", "rest-day"].includes(id))];
  return [
    ...week,
    ...special.map(({ id, name }, index) => ({ id, label: name, dayId: id, startsBlock: index === 0 })),
  ];
}

/** A day's spans as columns of a picture that begins at `startMinute`; a span over that minute is two. */
export function columnsOfDay(day: PaintedDay, startMinute: number): PaintedRun[] {
  const column = (minute: number) => minute / STEP_MINUTES;
  return day
    .flatMap(({ fromMinute, toMinute, paint }) => {
      const isOver = fromMinute < startMinute && startMinute < toMinute;
      const parts = isOver
        ? [
            [fromMinute, startMinute],
            [startMinute, toMinute],
          ]
        : [[fromMinute, toMinute]];
      return parts.map(([from = 0, to = 0]) => {
        const shift = from >= startMinute ? -startMinute : DAY_MINUTES - startMinute;
        return { from: column(from + shift), to: column(to + shift), paint };
      });
    })
    .sort((a, b) => a.from - b.from);
}

/** Columns of a picture as ranges of the day; a run over midnight is two. */
export function rangesOfColumns(
  { from, to }: Pick<GridRun, "from" | "to">,
  startMinute: number,
): MinuteRange[] {
  const begin = from * STEP_MINUTES + startMinute;
  const end = to * STEP_MINUTES + startMinute;
  if (begin >= DAY_MINUTES) return [{ fromMinute: begin - DAY_MINUTES, toMinute: end - DAY_MINUTES }];
  if (end <= DAY_MINUTES) return [{ fromMinute: begin, toMinute: end }];
  return [
    { fromMinute: begin, toMinute: DAY_MINUTES },
    { fromMinute: 0, toMinute: end - DAY_MINUTES },
  ];
}

/** What a selection means for the days behind its rows, each range of a day once. */
export function strokesOf(
  runs: readonly GridRun[],
  rows: readonly WeekRow[],
  startMinute: number,
): DayStroke[] {
  const strokes = new Map<string, DayStroke>();
  for (const run of runs) {
    const dayId = rows[run.row]?.dayId;
    if (dayId === undefined) continue;
    for (const range of rangesOfColumns(run, startMinute))
      strokes.set(`${dayId}/${range.fromMinute}/${range.toMinute}`, { dayId, ...range });
  }
  return [...strokes.values()];
}

/** Kinds of day behind the rows, each once, under the label of its first row or its own name. */
export function daysBehind(rows: readonly WeekRow[]): { dayId: string; label: string }[] {
  const labels = new Map<string, string[]>();
  for (const { dayId, label } of rows) labels.set(dayId, [...(labels.get(dayId) ?? []), label]);
  return [...labels].map(([dayId, names]) => ({
    dayId,
    label: names.length > 2 ? `${names[0]} – ${names.at(-1)}` : names.join(", "),
  }));
}
