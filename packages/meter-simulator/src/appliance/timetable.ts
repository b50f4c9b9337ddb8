/** When an appliance runs, in seconds from the start of the simulation. */
export interface Timetable {
  afterS: number;
  /** Repeats with this period; without it the appliance runs once. */
  everyS?: number;
  /** Runs this long; without it it stays on. */
  forS?: number;
}

/** Milliseconds since it was last switched on, or undefined while it is off. */
export function runningForMs(timetable: Timetable, elapsedMs: number): number | undefined {
  const sinceFirstMs = elapsedMs - timetable.afterS * 1000;
  if (sinceFirstMs < 0) return undefined;
  const hasPeriod = timetable.everyS !== undefined && timetable.forS !== undefined;
  const sinceMs = hasPeriod ? sinceFirstMs % ((timetable.everyS ?? 0) * 1000) : sinceFirstMs;
  return timetable.forS === undefined || sinceMs < timetable.forS * 1000 ? sinceMs : undefined;
}
