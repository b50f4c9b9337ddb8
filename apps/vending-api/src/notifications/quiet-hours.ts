import { minuteOfDay, wallClockMinuteOfDay, wallClockSpanEndMs } from "@hallmeter/meter-model";

/** By the site's wall clock, "22:00" to "07:00"; over midnight when it ends before it begins. */
export interface QuietHours {
  from: string;
  to: string;
}

const DAY_MINUTES = 1440;

/** When the quiet that holds at `atMs` is over; `atMs` itself when none does. The wall clock decides, on days of 23 and 25 hours too. */
export function quietUntilMs(atMs: number, quiet: QuietHours, timeZone: string): number {
  let untilMs = atMs;
  for (;;) {
    const end = endOfQuiet(wallClockMinuteOfDay(untilMs, timeZone), quiet);
    if (end === undefined) return untilMs;
    untilMs = wallClockSpanEndMs(untilMs, end, timeZone);
  }
}

/** The minute of the day up to which quiet holds; undefined outside of it. */
function endOfQuiet(minute: number, quiet: QuietHours): number | undefined {
  const [from, to] = [minuteOfDay(quiet.from), minuteOfDay(quiet.to)];
  if (from < to) return minute >= from && minute < to ? to : undefined;
  if (minute >= from) return DAY_MINUTES;
  return minute < to ? to : undefined;
}
