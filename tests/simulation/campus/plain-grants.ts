import type { WallClock } from "./wall-clock.ts";
import { DAY_MS } from "./wall-clock.ts";

/** A policy as it was asked for. */
export interface PlainPolicy {
  id: string;
  commodity: string;
  amount: number;
  per: "household" | "resident";
  audience:
    | { kind: "everyone" }
    | { kind: "tags"; tags: readonly string[] }
    | { kind: "households"; householdIds: readonly string[] };
  /** When it was made. */
  sinceMs: number;
  dayOfMonth: number;
  excludedMonths: readonly number[];
  carry: { kind: "none" } | { kind: "months"; months: number } | { kind: "unlimited" };
  expiry: { kind: "never" } | { kind: "days"; days: number } | { kind: "yearly"; monthDay: string };
}

export function monthAfter(month: string, months: number): string {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + months;
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, "0")}`;
}

const dayAfter = (day: string, days: number) =>
  new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The first instant of a local day. */
export function startOfDayMs(wall: WallClock, day: string): number {
  const nearMs = Date.parse(`${day}T00:00:00Z`) - 36 * 3_600_000;
  let ms = wall.nextDayMs(nearMs);
  while (wall.dayAt(ms) < day) ms = wall.nextDayMs(ms);
  return ms;
}

export function isGranted(
  { dayOfMonth, excludedMonths }: PlainPolicy,
  wall: WallClock,
  month: string,
  nowMs: number,
): boolean {
  if (excludedMonths.includes(Number(month.slice(5)))) return false;
  const lastDay = dayAfter(`${monthAfter(month, 1)}-01`, -1);
  const day = `${month}-${String(dayOfMonth).padStart(2, "0")}`;
  return startOfDayMs(wall, day < lastDay ? day : lastDay) <= nowMs;
}

/** When a grant of this month, given now, ends. */
export function grantEndsAt(
  { carry, expiry }: PlainPolicy,
  wall: WallClock,
  month: string,
  nowMs: number,
): string | null {
  const today = wall.dayAt(nowMs);
  const ends: number[] = [];
  if (carry.kind !== "unlimited") {
    const of = month > today.slice(0, 7) ? month : today.slice(0, 7);
    const carried = carry.kind === "months" ? carry.months : 0;
    ends.push(startOfDayMs(wall, `${monthAfter(of, carried + 1)}-01`));
  }
  if (expiry.kind === "days") ends.push(startOfDayMs(wall, dayAfter(today, expiry.days)));
  if (expiry.kind === "yearly") {
    const year = Number(today.slice(0, 4)) + (today.slice(5) > expiry.monthDay ? 1 : 0);
    ends.push(startOfDayMs(wall, dayAfter(`${year}-${expiry.monthDay}`, 1)));
  }
  return ends.length === 0 ? null : new Date(Math.min(...ends)).toISOString();
}
