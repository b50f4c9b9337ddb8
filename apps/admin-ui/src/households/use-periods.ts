import { localDayOf } from "../format/format.ts";

export interface DayOfUse {
  day: string;
  wh: number;
  costMinor: number;
}

export interface PeriodOfUse {
  /** "YYYY-MM-DD" or "YYYY-MM". */
  period: string;
  wh: number;
  costMinor: number;
}

const DAY_MS = 86_400_000;

/** The site's local dates from which use is asked: the last 30 days, or the month of now and the eleven before it. */
export function datesAsked(
  span: "days" | "months",
  nowMs: number,
  timeZone: string,
): { from: string; to: string } {
  const to = localDayOf(nowMs, timeZone);
  if (span === "days") return { from: localDayOf(nowMs - 29 * DAY_MS, timeZone), to };
  const [year = 0, month = 1] = to.split("-").map(Number);
  const first = new Date(Date.UTC(year, month - 12, 1));
  return { from: first.toISOString().slice(0, 10), to };
}

/** Days as they are, or summed by the month. */
export function periodsOf(days: readonly DayOfUse[], span: "days" | "months"): PeriodOfUse[] {
  const periods = new Map<string, PeriodOfUse>();
  for (const { day, wh, costMinor } of days) {
    const period = span === "days" ? day : day.slice(0, 7);
    const sum = periods.get(period) ?? { period, wh: 0, costMinor: 0 };
    periods.set(period, { period, wh: sum.wh + wh, costMinor: sum.costMinor + costMinor });
  }
  return [...periods.values()].sort((a, b) => (a.period < b.period ? -1 : 1));
}
