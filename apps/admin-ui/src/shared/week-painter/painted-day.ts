/** What holds from one minute of a day to another. */
export interface DaySpan {
  fromMinute: number;
  toMinute: number;
  paint: string;
}

/** Ascending, without overlaps; minutes that no span covers are blank. Edges may lie at any minute. */
export type PaintedDay = readonly DaySpan[];

export interface MinuteRange {
  fromMinute: number;
  toMinute: number;
}

/** Times as documents write them: "HH:MM", up to "24:00". */
export interface ClockRange {
  from: string;
  to: string;
}

export const DAY_MINUTES = 24 * 60;
/** A person paints in quarters of an hour, as meters record; what came with other edges keeps them until it is painted over. */
export const STEP_MINUTES = 15;
export const DAY_STEPS = DAY_MINUTES / STEP_MINUTES;

const two = (value: number) => String(value).padStart(2, "0");

export const clockOf = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;

export function minuteOf(clock: string): number {
  const [hour = "0", minute = "0"] = clock.split(":");
  return Number(hour) * 60 + Number(minute);
}

/** The day with one range in another paint; null leaves it blank. Neighbours of the same paint become one. */
export function paintRange(
  day: PaintedDay,
  { fromMinute, toMinute }: MinuteRange,
  paint: string | null,
): PaintedDay {
  if (toMinute <= fromMinute) return day;
  const outside = day.flatMap((span): DaySpan[] => [
    ...(span.fromMinute < fromMinute ? [{ ...span, toMinute: Math.min(span.toMinute, fromMinute) }] : []),
    ...(span.toMinute > toMinute ? [{ ...span, fromMinute: Math.max(span.fromMinute, toMinute) }] : []),
  ]);
  const painted = paint === null ? outside : [...outside, { fromMinute, toMinute, paint }];
  return joined(painted.sort((a, b) => a.fromMinute - b.fromMinute));
}

function joined(spans: readonly DaySpan[]): DaySpan[] {
  const out: DaySpan[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    if (last !== undefined && last.paint === span.paint && last.toMinute === span.fromMinute)
      out[out.length - 1] = { ...last, toMinute: span.toMinute };
    else out.push(span);
  }
  return out;
}

export const paintAt = (day: PaintedDay, minute: number): string | null =>
  day.find(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute)?.paint ?? null;

/** What is left blank, ascending. */
export function gapsOf(day: PaintedDay): MinuteRange[] {
  const edges = [...day, { fromMinute: DAY_MINUTES, toMinute: DAY_MINUTES }];
  return edges.flatMap(({ fromMinute }, index) => {
    const coveredTo = day[index - 1]?.toMinute ?? 0;
    return coveredTo < fromMinute ? [{ fromMinute: coveredTo, toMinute: fromMinute }] : [];
  });
}

/** A range by the clock; one that ends at or before its begin goes on past midnight and is two of the same day. */
export function partsOfRange({ fromMinute, toMinute }: MinuteRange): MinuteRange[] {
  if (fromMinute < toMinute) return [{ fromMinute, toMinute }];
  return [
    { fromMinute: 0, toMinute },
    { fromMinute, toMinute: DAY_MINUTES },
  ].filter((part) => part.fromMinute < part.toMinute);
}

/** `periods` follow one another without overlaps, as a valid document has them; they come back the same. */
export function dayOfPeriods<Period extends ClockRange>(
  periods: readonly Period[],
  paintOf: (period: Period) => string,
): PaintedDay {
  return periods.map((period) => ({
    fromMinute: minuteOf(period.from),
    toMinute: minuteOf(period.to),
    paint: paintOf(period),
  }));
}

export const clockRangeOf = ({ fromMinute, toMinute }: MinuteRange): ClockRange => ({
  from: clockOf(fromMinute),
  to: clockOf(toMinute),
});

export const sameDay = (a: PaintedDay, b: PaintedDay): boolean =>
  a.length === b.length &&
  a.every((span, index) => {
    const other = b[index];
    return (
      span.fromMinute === other?.fromMinute && span.toMinute === other.toMinute && span.paint === other.paint
    );
  });
