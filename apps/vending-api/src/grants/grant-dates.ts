import { localDay, localDayBounds } from "@hallmeter/meter-model";
import type { GrantPolicy, GrantTerms } from "./grant-policy.ts";

/** Local months are "YYYY-MM", days "YYYY-MM-DD", instants milliseconds. */

/** Looked back at most; range 12–600. Nobody grants the past of ten years by itself. */
const MOST_MONTHS_BACK = 120;
const DAY_MS = 86_400_000;

type DueTerms = Pick<GrantPolicy, "dayOfMonth" | "excludedMonths" | "validFrom" | "validUntil">;

export function monthAt(atMs: number, timeZone: string): string {
  return localDay(atMs, timeZone).slice(0, 7);
}

export function monthAfter(month: string, months: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** The first instant of the local month. */
export function monthStartMs(month: string, timeZone: string): number {
  return localDayBounds(`${month}-01`, timeZone).startMs;
}

/** Of a month that the policy grants; undefined in an excluded one, and where the day lies outside its validity. */
export function dueDay(policy: DueTerms, month: string): string | undefined {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const lastDay = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const day = `${month}-${String(Math.min(policy.dayOfMonth, lastDay)).padStart(2, "0")}`;
  const isValid = day >= policy.validFrom && (policy.validUntil === null || day <= policy.validUntil);
  return isValid && !policy.excludedMonths.includes(number) ? day : undefined;
}

/** Months whose day began since the policy has its dates, oldest first: the present one, and those that were missed. */
export function dueMonths(
  policy: DueTerms & Pick<GrantPolicy, "isAutomatic" | "automaticSince">,
  timeZone: string,
  nowMs: number,
): string[] {
  if (!policy.isAutomatic) return [];
  const sinceMs = policy.automaticSince.getTime();
  const first = monthAt(sinceMs, timeZone);
  const months: string[] = [];
  for (let month = monthAt(nowMs, timeZone); month >= first; month = monthAfter(month, -1)) {
    if (months.length === MOST_MONTHS_BACK) break;
    const day = dueDay(policy, month);
    const dueMs = day === undefined ? Number.NaN : localDayBounds(day, timeZone).startMs;
    if (dueMs > sinceMs && dueMs <= nowMs) months.unshift(month);
  }
  return months;
}

/**
 * Use that began at this instant or later has nothing of it any more; null for never. Always after `givenAtMs`: a grant that comes
 * late, because nothing ran in its month, is carried as if it were of the month in which it comes.
 */
export function expiresAtMs(
  { carry, expiry }: Pick<GrantTerms, "carry" | "expiry">,
  month: string,
  givenAtMs: number,
  timeZone: string,
): number | null {
  const givenDay = localDay(givenAtMs, timeZone);
  const givenMonth = givenDay.slice(0, 7);
  const ends: number[] = [];
  if (carry.kind !== "unlimited") {
    const last = monthAfter(
      month > givenMonth ? month : givenMonth,
      carry.kind === "none" ? 0 : carry.months,
    );
    ends.push(monthStartMs(monthAfter(last, 1), timeZone));
  }
  if (expiry.kind === "days") ends.push(localDayBounds(dayAfter(givenDay, expiry.days), timeZone).startMs);
  if (expiry.kind === "yearly") {
    const thisYear = `${givenDay.slice(0, 4)}-${expiry.monthDay}`;
    const nextYear = `${Number(givenDay.slice(0, 4)) + 1}-${expiry.monthDay}`;
    ends.push(localDayBounds(thisYear >= givenDay ? thisYear : nextYear, timeZone).endMs);
  }
  return ends.length === 0 ? null : Math.min(...ends);
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
