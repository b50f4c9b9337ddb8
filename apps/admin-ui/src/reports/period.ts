/** Stretches that people ask for, by name; `own` is between two days of their choosing. */
export const PERIODS = ["week", "month-to-date", "last-month", "quarter", "own"] as const;
export type PeriodName = (typeof PERIODS)[number];

/** Local days, both included. */
export interface Period {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;
/** The API's own bound. */
const MOST_DAYS = 366;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const plusDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
const isDay = (text: string): boolean => DAY.test(text) && plusDaysOrNull(text) === text;
function plusDaysOrNull(day: string): string | null {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString().slice(0, 10);
}

export const periodName = (text: string): PeriodName =>
  PERIODS.find((name) => name === text) ?? "month-to-date";

/**
 * The days of a period, by the site's today. Of two own days that are no days, lie the wrong way round or too far apart, what
 * can be kept is kept: the end, then as much before it as the API takes.
 */
export function periodOf(name: PeriodName, today: string, own: Period): Period {
  const monthBegin = `${today.slice(0, 7)}-01`;
  switch (name) {
    case "week":
      return { from: plusDays(today, -6), to: today };
    case "month-to-date":
      return { from: monthBegin, to: today };
    case "last-month": {
      const to = plusDays(monthBegin, -1);
      return { from: `${to.slice(0, 7)}-01`, to };
    }
    case "quarter":
      return { from: plusDays(today, -89), to: today };
    case "own": {
      const to = isDay(own.to) ? own.to : today;
      const from = isDay(own.from) && own.from <= to ? own.from : plusDays(to, -29);
      const earliest = plusDays(to, 1 - MOST_DAYS);
      return { from: from < earliest ? earliest : from, to };
    }
  }
}
