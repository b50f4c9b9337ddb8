import { DateTime } from "luxon";
import { z } from "zod";

/** One line of a handheld's list, checked by itself. */
export interface HandheldReading {
  /** As an editor counts: the header of a table is line 1. */
  line: number;
  serial: string;
  /** Name of the circuit, where the meter has several. */
  circuit: string | null;
  at: Date;
  /** What the meter shows, before ratios. */
  meterRegisterWh: number;
  operator: string;
}

export interface BadField {
  line: number;
  field: string;
  message: string;
}

export const COLUMNS = ["serial", "time", "register_kwh", "operator", "circuit"] as const;
const REQUIRED = ["serial", "time", "register_kwh", "operator"] as const;
/** A round through a large campus; more is several files. */
export const MOST_LINES = 5000;

const fieldsSchema = z.object({
  serial: z.string().trim().min(1, "Is missing").max(40),
  time: z.string().trim().min(1, "Is missing"),
  register_kwh: z
    .string()
    .trim()
    .regex(/^\d{1,9}([.]\d{1,3})?$/, "Is not a number of kWh with at most three decimals"),
  operator: z.string().trim().min(1, "Is missing").max(80),
  circuit: z.string().trim().max(80).default(""),
});
type Fields = z.input<typeof fieldsSchema>;

export interface ParsedReadings {
  readings: HandheldReading[];
  bad: BadField[];
}

/** A table with a header, comma or semicolon, quotes doubled as RFC 4180 has it. Each bad line is named with its field. */
export function parseCsvReadings(text: string, timeZone: string, now: Date): ParsedReadings {
  const rows = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const header = rows[0] ?? "";
  const separator = header.includes(";") ? ";" : ",";
  const names = (splitLine(header, separator) ?? []).map((name) => name.trim().toLowerCase());
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0)
    return {
      readings: [],
      bad: missing.map((field) => ({ line: 1, field, message: "The column is missing" })),
    };
  const result: ParsedReadings = { readings: [], bad: [] };
  for (const [index, row] of rows.entries()) {
    if (index === 0 || row.trim() === "") continue;
    const line = index + 1;
    const cells = splitLine(row, separator);
    if (cells === undefined || cells.length > names.length) {
      const message = cells === undefined ? "A quote is not closed" : "Has more fields than the header";
      result.bad.push({ line, field: "", message });
      continue;
    }
    const fields = Object.fromEntries(names.map((name, column) => [name, cells[column] ?? ""]));
    take(result, line, fields, timeZone, now);
  }
  return result;
}

const jsonSchema = z.array(z.record(z.string(), z.unknown()));

/** An array of objects with the same fields; entry 1 is line 1. */
export function parseJsonReadings(text: string, timeZone: string, now: Date): ParsedReadings {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { readings: [], bad: [{ line: 1, field: "", message: "Is not valid JSON" }] };
  }
  const rows = jsonSchema.safeParse(parsed);
  if (!rows.success)
    return { readings: [], bad: [{ line: 1, field: "", message: "Is not an array of objects" }] };
  const result: ParsedReadings = { readings: [], bad: [] };
  for (const [index, row] of rows.data.entries()) {
    const fields = Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, String(value ?? "")]),
    );
    take(result, index + 1, fields, timeZone, now);
  }
  return result;
}

function take(
  result: ParsedReadings,
  line: number,
  fields: Record<string, string>,
  timeZone: string,
  now: Date,
): void {
  const checked = fieldsSchema.safeParse(fields as Fields);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const isAbsent = issue?.code === "invalid_type";
    const message = isAbsent ? "Is missing" : (issue?.message ?? "Is wrong");
    result.bad.push({ line, field: String(issue?.path[0] ?? ""), message });
    return;
  }
  const { serial, time, register_kwh: register, operator, circuit } = checked.data;
  const at = instantOf(time, timeZone);
  if (typeof at === "string") result.bad.push({ line, field: "time", message: at });
  else if (at > now) result.bad.push({ line, field: "time", message: "Lies in the future" });
  else
    result.readings.push({
      line,
      serial,
      circuit: circuit === "" ? null : circuit,
      at,
      meterRegisterWh: wattHours(register),
      operator,
    });
}

/** An instant with its offset, or what the site's clock showed; then it must have shown it once. */
function instantOf(text: string, timeZone: string): Date | string {
  const instant = z.iso.datetime({ offset: true }).safeParse(text);
  if (instant.success) return new Date(instant.data);
  const local = DateTime.fromSQL(text.replace("T", " "), { zone: timeZone });
  if (!local.isValid) return "Is no time: 2025-03-01 14:30, or with an offset 2025-03-01T14:30:00+08:00";
  // Luxon moves a time that the clock skipped.
  if (!local.toSQL({ includeOffset: false })?.startsWith(text.replace("T", " ").trim()))
    return "The clock was set forward over this time";
  if (local.getPossibleOffsets().length > 1) return "The clock showed this time twice: add the offset";
  return local.toJSDate();
}

function wattHours(kilowattHours: string): number {
  const [whole = "0", decimals = ""] = kilowattHours.split(".");
  return Number(whole) * 1000 + Number(decimals.padEnd(3, "0"));
}

/** Undefined when a quote stays open. */
function splitLine(line: string, separator: string): string[] | undefined {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const char = line[index];
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (line[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else isQuoted = false;
    } else if (char === '"' && cell === "") isQuoted = true;
    else if (char === separator) {
      cells.push(cell);
      cell = "";
    } else cell += char;
  }
  return isQuoted ? undefined : [...cells, cell];
}
