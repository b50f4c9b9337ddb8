import { isDoc, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { type CompileContext, isNullish } from "../operator.ts";
import type { Expression } from "../scope.ts";
import { dayOfYear, fromLocal, isoDayOfWeek, isoWeek, type LocalTime, toLocal } from "../time-zone.ts";
import { parseDate } from "./conversion.ts";
import { asDate, named, zoneOf } from "./date-arguments.ts";

const two = (value: number): string => String(value).padStart(2, "0");
const four = (value: number): string => String(value).padStart(4, "0");
const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Format specifiers of $dateToString. */
const specifiers: Readonly<Record<string, (local: LocalTime, offsetMinutes: number) => string>> = {
  Y: (local) => four(local.year),
  m: (local) => two(local.month),
  d: (local) => two(local.day),
  H: (local) => two(local.hour),
  M: (local) => two(local.minute),
  S: (local) => two(local.second),
  L: (local) => String(local.ms).padStart(3, "0"),
  j: (local) => String(dayOfYear(local)).padStart(3, "0"),
  w: (local) => String((isoDayOfWeek(local) % 7) + 1),
  u: (local) => String(isoDayOfWeek(local)),
  U: (local) => two(sundayWeek(local)),
  V: (local) => two(isoWeek(local).week),
  G: (local) => four(isoWeek(local).year),
  b: (local) => (monthNames[local.month - 1] ?? "").slice(0, 3),
  B: (local) => monthNames[local.month - 1] ?? "",
  z: (_local, offset) =>
    `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`,
  Z: (_local, offset) => String(offset),
  "%": () => "%",
};

/** Weeks begin on Sunday; days before the first Sunday are in week 0. */
export function sundayWeek(local: LocalTime): number {
  return Math.floor((dayOfYear(local) + 6 - (isoDayOfWeek(local) % 7)) / 7);
}

function format(text: string, local: LocalTime, offset: number): string {
  return text.replace(/%(.?)/gs, (_all, letter: string) => {
    const write = Object.hasOwn(specifiers, letter) ? specifiers[letter] : undefined;
    if (write === undefined)
      throw new PocketMongoError(18536, `Invalid format character '%${letter}' in format string`);
    return write(local, offset);
  });
}

export function dateToString(operand: Value, context: CompileContext): Expression {
  const get = named("$dateToString", operand, context, ["date"], ["format", "timezone", "onNull"]);
  return (scope) => {
    const value = get("date", scope);
    if (isNullish(value)) return get("onNull", scope) ?? null;
    const zoneName = get("timezone", scope);
    const zone = zoneOf(zoneName);
    const given = get("format", scope);
    if (zone === undefined || given === null) return null;
    const utc = zoneName === undefined || zoneName === "UTC" || zoneName === "GMT" || zoneName === "Z";
    const pattern = given ?? (utc ? "%Y-%m-%dT%H:%M:%S.%LZ" : "%Y-%m-%dT%H:%M:%S.%L");
    if (typeof pattern !== "string")
      throw new PocketMongoError(18533, "$dateToString requires that 'format' be a string");
    const date = asDate(value);
    return format(pattern, toLocal(date, zone), zone(date));
  };
}

export function dateFromString(operand: Value, context: CompileContext): Expression {
  if (isDoc(operand) && operand.has("format")) {
    throw new PocketMongoError(
      "NotImplemented",
      "$dateFromString with 'format' is not supported by this server",
    );
  }
  const get = named("$dateFromString", operand, context, ["dateString"], ["timezone", "onError", "onNull"]);
  const handles = isDoc(operand) && operand.has("onError");
  return (scope) => {
    const text = get("dateString", scope);
    if (isNullish(text)) return get("onNull", scope) ?? null;
    const zone = zoneOf(get("timezone", scope));
    if (zone === undefined) return null;
    try {
      if (typeof text !== "string")
        throw new PocketMongoError(
          "ConversionFailure",
          "$dateFromString requires that 'dateString' be a string",
        );
      const read = parseDate(text);
      const named = /(Z|[+-]\d{2}:?\d{0,2})$/.test(text.slice(10));
      return named
        ? read
        : fromLocal(
            toLocal(read, () => 0),
            zone,
          );
    } catch (error) {
      if (handles && error instanceof PocketMongoError) return get("onError", scope) ?? null;
      throw error;
    }
  };
}
