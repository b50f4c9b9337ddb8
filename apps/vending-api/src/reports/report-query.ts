import { idSchema, localDay } from "@hallmeter/meter-model";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { TITLE_CHOICES } from "../integration/csv-columns.ts";
import { type CsvStyle, SEPARATOR_NAMES } from "../integration/write-csv.ts";

const DAY_MS = 86_400_000;
/** A leap year. */
const MOST_DAYS = 366;

export const siteField = idSchema.meta({ description: "A report is one site's." });

/** How a table shall look. */
export const styleFields = {
  separator: z.enum(SEPARATOR_NAMES).default("comma"),
  bom: z.enum(["yes", "no"]).default("yes").meta({ description: "Excel needs it to see UTF-8." }),
  titles: z
    .enum(TITLE_CHOICES)
    .default("names")
    .meta({ description: "names never change; en and zh are for people." }),
};
type StyleQuery = z.output<z.ZodObject<typeof styleFields>>;

export const styleOf = ({ separator, bom, titles }: StyleQuery): CsvStyle => ({
  separator,
  bom: bom === "yes",
  titles,
});

/** The local days that a report is about. */
export const rangeFields = {
  from: z.iso.date().meta({ description: "First local day of the site." }),
  to: z.iso.date().meta({ description: "Last local day, included." }),
};

export interface DayRange {
  from: string;
  to: string;
}

/** Throws `invalid-query` for a range that ends before it begins or is too long. */
export function assertRange({ from, to }: DayRange): void {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  const message = days < 1 ? "Ends before it begins" : days > MOST_DAYS ? `At most ${MOST_DAYS} days` : null;
  if (message !== null)
    throw new ApiError("invalid-query", message, { errors: [{ path: "to", code: "range", message }] });
}

/** Every day of the range, up to `last` days behind it, and none that has not begun. */
export function daysOf({ from, to }: DayRange, now: Date, timeZone: string, last = 0): string[] {
  const today = Date.parse(localDay(now.getTime(), timeZone));
  const end = Math.min(Date.parse(to) + last * DAY_MS, today);
  const days: string[] = [];
  for (let day = Date.parse(from); day <= end; day += DAY_MS)
    days.push(new Date(day).toISOString().slice(0, 10));
  return days;
}
