import { localDay, localDayBounds, wallClockMinuteOfDay, wallClockMsOfDay } from "@hallmeter/meter-model";
import { DAY_MS, INTERVAL_MS } from "./profile-marks.ts";
import type { Interval, IntervalFlag } from "./read-intervals.ts";

export const RESOLUTIONS = ["quarter", "hour", "day", "month"] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Intervals of one hour, day or month of the site's own time. */
export interface SummedInterval {
  /** Beginning. */
  at: Date;
  /** Of those that are known; null when none is. */
  wh: number | null;
  /** The worst within. */
  flag: IntervalFlag;
  /** How many quarters of an hour it has, and how many of them are not good: a day has 92, 96 or 100. */
  quarters: number;
  doubtful: number;
}

const WORST = { good: 0, estimated: 1, missing: 2, suspect: 3 } as const satisfies Record<
  IntervalFlag,
  number
>;
const MINUTE_MS = 60_000;

/** Pure. Neighbouring intervals in order, put together by the wall clock; an hour that comes twice stays two. */
export function sumIntervals(
  intervals: readonly Interval[],
  resolution: Resolution,
  timeZone: string,
): SummedInterval[] {
  const sums: SummedInterval[] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const interval of intervals) {
    const atMs = interval.at.getTime();
    let sum = sums.at(-1);
    if (sum === undefined || atMs >= endMs) {
      endMs = endOf(atMs, resolution, timeZone);
      sum = { at: interval.at, wh: null, flag: "good", quarters: 0, doubtful: 0 };
      sums.push(sum);
    }
    sum.quarters += 1;
    if (interval.wh !== null) sum.wh = (sum.wh ?? 0) + interval.wh;
    if (interval.flag !== "good") sum.doubtful += 1;
    if (WORST[interval.flag] > WORST[sum.flag]) sum.flag = interval.flag;
  }
  return sums;
}

function endOf(atMs: number, resolution: Resolution, timeZone: string): number {
  switch (resolution) {
    case "quarter":
      return atMs + INTERVAL_MS;
    case "hour":
      return atMs + (60 - (wallClockMinuteOfDay(atMs, timeZone) % 60)) * MINUTE_MS;
    case "day":
      return localDayEnd(atMs, timeZone);
    case "month": {
      const [year = 0, month = 0] = localDay(atMs, timeZone).split("-").map(Number);
      const next = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
      return localDayBounds(next, timeZone).startMs;
    }
  }
}

/** Most days are 24 hours long and end where the wall clock shows zero; only the others are looked up in the calendar. */
function localDayEnd(atMs: number, timeZone: string): number {
  const guessMs = atMs + DAY_MS - wallClockMsOfDay(atMs, timeZone);
  if (wallClockMsOfDay(guessMs, timeZone) === 0) return guessMs;
  return localDayBounds(localDay(atMs, timeZone), timeZone).endMs;
}
