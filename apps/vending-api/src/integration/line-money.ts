import { DateTime } from "luxon";
import type { Site } from "../places/site.model.ts";
import { given, LineProblem, wholeNumber } from "./import-table.ts";
import type { CsvLine } from "./read-csv.ts";

type Currency = Pick<Site, "currency" | "currencyDigits">;

/**
 * The amount of a line, in minor units: the column of them, or `amount` as people write it; both must agree. Throws LineProblem.
 */
export function amountMinorOf(line: CsvLine, { currency, currencyDigits }: Currency): number {
  const said = given(line, "currency");
  if (said !== undefined && said !== currency)
    throw new LineProblem("currency", "not-allowed", `This site's currency is ${currency}`);
  const minor = wholeNumber(line, "amount_minor");
  const text = given(line, "amount");
  if (text === undefined) {
    if (minor === undefined) throw new LineProblem("amount_minor", "required", "Is missing");
    return minor;
  }
  const major = minorOf(text, currencyDigits);
  if (major === undefined)
    throw new LineProblem("amount", "wrong-type", `Is no amount with up to ${currencyDigits} decimals`);
  if (minor !== undefined && minor !== major)
    throw new LineProblem("amount", "contradiction", "Is not the amount in minor units");
  return major;
}

/** 5005 from "50.05", without passing through a fraction; undefined where it is no such amount. */
function minorOf(text: string, digits: number): number | undefined {
  const [, sign = "", whole = "", decimals = ""] = /^([+-]?)(\d{1,13})(?:\.(\d{1,4}))?$/.exec(text) ?? [];
  if (whole === "" || decimals.length > digits) return undefined;
  const minor = Number(`${whole}${decimals.padEnd(digits, "0")}`);
  return sign === "-" ? -minor : minor;
}

/** The instant of a line: `at` in UTC, or the site's own time of the day. Throws LineProblem. */
export function instantOf(line: CsvLine, { timeZone }: Pick<Site, "timeZone">): Date {
  const at = given(line, "at");
  const local = given(line, "local_time");
  if (at !== undefined) {
    const read = DateTime.fromISO(at, { zone: "utc" });
    if (!read.isValid || !/(Z|[+-]\d\d:?\d\d)$/.test(at))
      throw new LineProblem("at", "malformed", "Is no instant like 2026-03-01T08:00:00Z");
    return read.toJSDate();
  }
  if (local === undefined) throw new LineProblem("local_time", "required", "Is missing");
  const read = DateTime.fromSQL(local, { zone: timeZone });
  if (!read.isValid) throw new LineProblem("local_time", "malformed", "Is no time like 2026-03-01 16:00:00");
  return read.toJSDate();
}
