import { noiseAt } from "../random.ts";
import { type DailyUse, type UseCalendar, useAt } from "./daily-use.ts";

/** When an appliance runs, in seconds from the start of the simulation. */
export interface PlainTimetable {
  afterS: number;
  /** Repeats with this period; without it the appliance runs once. */
  everyS?: number;
  /** Runs this long; without it it stays on. */
  forS?: number;
}

/** As its owner uses it, by local time. */
export interface ResidentTimetable {
  uses: readonly DailyUse[];
  calendar: UseCalendar;
}

export type Timetable = PlainTimetable | ResidentTimetable;

/** On since so long, or off; and the time until which that surely stays so. */
export interface Run {
  forMs: number | undefined;
  untilMs: number;
}

const NEVER = Number.POSITIVE_INFINITY;

function plainRun({ afterS, everyS, forS }: PlainTimetable, elapsedMs: number): Run {
  const firstMs = afterS * 1000;
  if (elapsedMs < firstMs) return { forMs: undefined, untilMs: firstMs };
  const sinceFirstMs = elapsedMs - firstMs;
  if (forS === undefined) return { forMs: sinceFirstMs, untilMs: NEVER };
  const onMs = forS * 1000;
  if (everyS === undefined)
    return sinceFirstMs < onMs
      ? { forMs: sinceFirstMs, untilMs: firstMs + onMs }
      : { forMs: undefined, untilMs: NEVER };
  const periodMs = everyS * 1000;
  const sinceMs = sinceFirstMs % periodMs;
  const turnMs = elapsedMs - sinceMs;
  return sinceMs < onMs && onMs < periodMs
    ? { forMs: sinceMs, untilMs: turnMs + onMs }
    : { forMs: sinceMs < onMs ? sinceMs : undefined, untilMs: turnMs + periodMs };
}

export function runAt(timetable: Timetable, elapsedMs: number, seed: number): Run {
  if ("afterS" in timetable) return plainRun(timetable, elapsedMs);
  return useAt(timetable.uses, timetable.calendar, elapsedMs, (index) => (noiseAt(seed, index) + 1) / 2);
}
