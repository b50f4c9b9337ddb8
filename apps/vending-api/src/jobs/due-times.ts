import cron from "node-cron";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** When a schedule falls due, in UTC and to the minute. Instants in milliseconds. */
export interface DueTimes {
  /** The last one after `afterMs` and not after `untilMs`. */
  latest(afterMs: number, untilMs: number): number | undefined;
}

/**
 * The due times of a cron pattern of five fields, as node-cron reads it. node-cron tells the next run only from the machine's
 * own clock; what was missed is found by asking it about each candidate of the days between. Throws its error for a bad pattern.
 */
export function dueTimesOf(pattern: string): DueTimes {
  const { minute, hour } = cron.parse(pattern);
  const task = cron.createTask(pattern, () => undefined, { timezone: "UTC" });
  const offsets = hour.flatMap((h) => minute.map((m) => (h * 60 + m) * MINUTE_MS)).sort((a, b) => b - a);
  return {
    latest(afterMs, untilMs) {
      const lastDay = Math.floor(untilMs / DAY_MS) * DAY_MS;
      for (let dayMs = lastDay; dayMs + DAY_MS > afterMs; dayMs -= DAY_MS)
        for (const offset of offsets) {
          const dueMs = dayMs + offset;
          if (dueMs > afterMs && dueMs <= untilMs && task.match(new Date(dueMs))) return dueMs;
        }
      return undefined;
    },
  };
}
