const DAY_MS = 86_400_000;

export const USE_DAYS = ["all", "workdays", "rest-days"] as const;

/** One habit of a resident: switched on about then, for so long. */
export interface DailyUse {
  /** Minute of the local day at which it is switched on, before the jitter. */
  atMinute: number;
  /** Whole seconds, at most a day. */
  forS: number;
  /** Earliest and latest deviation from `atMinute`. */
  jitterMinutes: number;
  /** Thousandths of the days on which it happens. */
  chanceMilli: number;
  days: (typeof USE_DAYS)[number];
  /** Months of the season, 1–12; without it the whole year. */
  months?: readonly number[] | undefined;
}

/** What makes seconds of the simulation local time. */
export interface UseCalendar {
  /** Local time at the start of the simulation, to be read with the UTC fields of a Date; whole seconds. */
  localStartMs: number;
}

interface Span {
  startMs: number;
  endMs: number;
}

function happensOn(use: DailyUse, localDayMs: number): boolean {
  const day = new Date(localDayMs);
  const isRestDay = day.getUTCDay() % 6 === 0;
  if (use.days !== "all" && (use.days === "rest-days") !== isRestDay) return false;
  return use.months === undefined || use.months.includes(day.getUTCMonth() + 1);
}

/** The span of a use on a local day, or undefined when it does not happen; chance and jitter belong to that day alone. */
function spanOn(use: DailyUse, useIndex: number, dayNumber: number, draw: (index: number) => number) {
  if (!happensOn(use, dayNumber * DAY_MS)) return undefined;
  const slot = 2 * (dayNumber * 64 + useIndex);
  if (draw(slot) * 1000 >= use.chanceMilli) return undefined;
  const jitterS = Math.round((2 * draw(slot + 1) - 1) * use.jitterMinutes * 60);
  const startMs = dayNumber * DAY_MS + use.atMinute * 60_000 + jitterS * 1000;
  return { startMs, endMs: startMs + use.forS * 1000 };
}

/** A use of yesterday may last into today, and one of tomorrow may begin early. */
function spansAround(uses: readonly DailyUse[], localMs: number, draw: (index: number) => number): Span[] {
  const today = Math.floor(localMs / DAY_MS);
  return [today - 1, today, today + 1].flatMap((day) =>
    uses.flatMap((use, index) => spanOn(use, index, day, draw) ?? []),
  );
}

/** A function of its arguments alone. Overlapping uses are one. */
export function useAt(
  uses: readonly DailyUse[],
  { localStartMs }: UseCalendar,
  elapsedMs: number,
  draw: (index: number) => number,
): { forMs: number | undefined; untilMs: number } {
  const localMs = localStartMs + elapsedMs;
  const spans = spansAround(uses, localMs, draw);
  const running = spans.filter(({ startMs, endMs }) => startMs <= localMs && localMs < endMs);
  const first = running.reduce<Span | undefined>(
    (found, span) => (!found || span.startMs < found.startMs ? span : found),
    undefined,
  );
  // Nothing is known here of the day after tomorrow's early starters: look again at the next midnight.
  const midnightMs = (Math.floor(localMs / DAY_MS) + 1) * DAY_MS;
  const edges = (first ? running.map(({ endMs }) => endMs) : spans.map(({ startMs }) => startMs)).filter(
    (edgeMs) => edgeMs > localMs,
  );
  return {
    forMs: first ? localMs - first.startMs : undefined,
    untilMs: Math.min(midnightMs, ...edges) - localStartMs,
  };
}
