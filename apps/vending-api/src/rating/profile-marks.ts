import { type TimedUse, whUntil } from "./split-by-time.ts";

export const INTERVAL_MINUTES = 15;
export const INTERVAL_MS = INTERVAL_MINUTES * 60_000;
export const INTERVALS_PER_DAY = 96;
export const DAY_MS = INTERVALS_PER_DAY * INTERVAL_MS;

/** How far an interval can be trusted; a higher level stays, in whatever order samples come. `missing` has no reading at all. */
export const FLAG_LEVELS = { good: 0, estimated: 1, suspect: 2 } as const satisfies Record<string, number>;
export type FlagLevel = (typeof FLAG_LEVELS)[keyof typeof FLAG_LEVELS];

/**
 * What a sample says about one interval of 15 minutes: the reading at its end, or the newest one within it. Readings only
 * grow, so storing the largest makes order and repetition irrelevant.
 */
export interface ProfileMark {
  /** Intervals since the epoch. */
  interval: number;
  readingWh: number | null;
  flag: FlagLevel;
}

/** A use with the reading at its beginning. */
export interface MeteredUse extends TimedUse {
  fromReadingWh: number;
}

/** The first sample of a circuit: a reading to count from, at the end of the interval before and within its own. */
export function firstMarks(atMs: number, readingWh: number): ProfileMark[] {
  const own = intervalEndingAtOrAfter(atMs);
  const before: ProfileMark = { interval: own - 1, readingWh, flag: FLAG_LEVELS.good };
  return [before, { interval: own, readingWh, flag: FLAG_LEVELS.good }];
}

/**
 * One mark for each interval that the use touches. Where it is longer than one interval, only its ends are known: what lies
 * between has no reading, and is estimated when it is read (estimate-gap.ts).
 */
export function marksOfUse(use: MeteredUse, isSuspect: boolean): ProfileMark[] {
  const isGap = use.toMs - use.fromMs > INTERVAL_MS;
  const flag = isSuspect ? FLAG_LEVELS.suspect : isGap ? FLAG_LEVELS.estimated : FLAG_LEVELS.good;
  const first = Math.floor(use.fromMs / INTERVAL_MS);
  const last = intervalEndingAtOrAfter(use.toMs);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const interval = first + index;
    const endMs = Math.min((interval + 1) * INTERVAL_MS, use.toMs);
    const readingWh = use.fromReadingWh + (isGap && interval === first ? 0 : whUntil(use, endMs));
    // A silence that begins on a boundary says nothing of the interval it begins in: the one before has the reading.
    const isInside = isGap && interval * INTERVAL_MS >= use.fromMs && interval < last;
    return { interval, readingWh: isInside ? null : readingWh, flag };
  });
}

/** For what turns out only later: flags the intervals and says nothing of their readings. */
export function suspectMarksBetween(fromMs: number, toMs: number): ProfileMark[] {
  const first = Math.floor(fromMs / INTERVAL_MS);
  const last = intervalEndingAtOrAfter(toMs);
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    interval: first + index,
    readingWh: null,
    flag: FLAG_LEVELS.suspect,
  }));
}

export function suspectMark(atMs: number): ProfileMark {
  return { interval: intervalEndingAtOrAfter(atMs), readingWh: null, flag: FLAG_LEVELS.suspect };
}

/** An instant on a boundary belongs to the interval that it ends. */
function intervalEndingAtOrAfter(atMs: number): number {
  return Math.ceil(atMs / INTERVAL_MS) - 1;
}

/** One mark per interval: the largest reading and flag. */
export function mergeMarks(marks: readonly ProfileMark[]): ProfileMark[] {
  const merged = new Map<number, ProfileMark>();
  for (const mark of marks) {
    const known = merged.get(mark.interval);
    merged.set(mark.interval, known ? larger(known, mark) : mark);
  }
  return [...merged.values()];
}

function larger(a: ProfileMark, b: ProfileMark): ProfileMark {
  const readingWh =
    a.readingWh === null || b.readingWh === null
      ? (a.readingWh ?? b.readingWh)
      : Math.max(a.readingWh, b.readingWh);
  return { interval: a.interval, readingWh, flag: Math.max(a.flag, b.flag) as FlagLevel };
}
