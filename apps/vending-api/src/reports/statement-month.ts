import { localDay, localDayBounds } from "@hallmeter/meter-model";
import { DateTime } from "luxon";
import type { LedgerEntry } from "../ledger/entry.ts";

/**
 * Whole days after a month in which its last uses may still reach the books: a gateway that was cut off over a weekend. Range 1–10;
 * a longer wait keeps people from their statement, a shorter one puts more late days on the next.
 */
export const DAYS_TO_CLOSE = 3;

/** When the month begins and ends by the site's calendar, and when its statement is closed. */
export function monthBounds(month: string, timeZone: string): { from: Date; to: Date; closesAt: Date } {
  const from = DateTime.fromISO(`${month}-01`, { zone: timeZone });
  const startOf = (day: DateTime) => new Date(localDayBounds(day.toFormat("yyyy-MM-dd"), timeZone).startMs);
  const next = from.plus({ months: 1 });
  return {
    from: startOf(from),
    to: startOf(next),
    closesAt: startOf(next.plus({ days: DAYS_TO_CLOSE })),
  };
}

/**
 * On which month's statement an entry stands: use on that of its day, if it reached the books before that one was closed;
 * everything else when it was booked. An entry never changes, and so does what is said here: a closed statement stays true, and
 * the next one begins where it ends.
 */
export function statementMonthOf(
  { kind, at, details }: Pick<LedgerEntry, "kind" | "at" | "details">,
  timeZone: string,
): string {
  const booked = localDay(at.getTime(), timeZone).slice(0, 7);
  if (kind !== "usage" || typeof details.day !== "string") return booked;
  const used = details.day.slice(0, 7);
  return used < booked && at >= monthBounds(used, timeZone).closesAt ? booked : used;
}
