import { wholeNumber } from "../../bson/arithmetic.ts";
import { doc, isDoc, number, Timestamp, typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { type CompileContext, isNullish, type Operator } from "../operator.ts";
import type { Expression } from "../scope.ts";
import { dayOfYear, fromLocal, isoDayOfWeek, isoWeek, type LocalTime, toLocal, utcMs } from "../time-zone.ts";
import { asDate, named, zoneOf } from "./date-arguments.ts";
import { dateFromString, dateToString, sundayWeek } from "./date-text.ts";
import { addUnits, dayOfWeekNamed, diffUnits, truncate, type Unit, unitNamed } from "./date-units.ts";

/** $year and the like: a date, or {date, timezone}. */
function part(read: (local: LocalTime) => number, long = false): Operator {
  return {
    compile: (operand, context) => {
      const alone = Array.isArray(operand) ? operand[0] : operand;
      const object = isDoc(alone) && !alone.keys().next().value?.startsWith("$");
      const argument = object ? named("date expression", alone, context, ["date"], ["timezone"]) : undefined;
      const plain = argument ? undefined : context.compile(alone as Value, context);
      return (scope) => {
        const value = argument ? argument("date", scope) : plain?.(scope);
        const zone = zoneOf(argument?.("timezone", scope));
        if (isNullish(value) || zone === undefined) return null;
        const made = read(toLocal(asDate(value), zone));
        return long ? BigInt(made) : number(made);
      };
    },
  };
}

const partNames = ["year", "month", "day", "hour", "minute", "second", "millisecond"] as const;

function dateFromParts(operand: Value, context: CompileContext): Expression {
  if (isDoc(operand) && operand.has("isoWeekYear")) {
    throw new PocketMongoError(
      "NotImplemented",
      "$dateFromParts with isoWeekYear is not supported by this server",
    );
  }
  const get = named("$dateFromParts", operand, context, ["year"], [...partNames, "timezone"]);
  return (scope) => {
    const zone = zoneOf(get("timezone", scope));
    const values: number[] = [];
    for (const name of partNames) {
      const value = get(name, scope);
      if (value === null) return null;
      const fallback = name === "month" || name === "day" ? 1 : 0;
      const whole = value === undefined ? fallback : wholeNumber(value);
      if (whole === undefined) throw new PocketMongoError(40515, `'${name}' must evaluate to an integer`);
      values.push(whole);
    }
    if (zone === undefined) return null;
    const [year, month, day, hour, minute, second, ms] = values as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    if (year < 1 || year > 9999)
      throw new PocketMongoError(
        40523,
        `'year' must evaluate to an integer in the range 1 to 9999, found ${year}`,
      );
    return fromLocal(
      toLocal(new Date(utcMs({ year, month, day, hour, minute, second, ms })), () => 0),
      zone,
    );
  };
}

function dateToParts(operand: Value, context: CompileContext): Expression {
  const get = named("$dateToParts", operand, context, ["date"], ["timezone", "iso8601"]);
  return (scope) => {
    const value = get("date", scope);
    const zone = zoneOf(get("timezone", scope));
    if (isNullish(value) || zone === undefined) return null;
    const local = toLocal(asDate(value), zone);
    const clock = { hour: local.hour, minute: local.minute, second: local.second, millisecond: local.ms };
    if (get("iso8601", scope) !== true)
      return doc({ year: local.year, month: local.month, day: local.day, ...clock });
    const { year, week } = isoWeek(local);
    return doc({ isoWeekYear: year, isoWeek: week, isoDayOfWeek: isoDayOfWeek(local), ...clock });
  };
}

function startOfWeek(value: Value | undefined): number | undefined {
  return isNullish(value) ? undefined : dayOfWeekNamed(value);
}

function dateTrunc(operand: Value, context: CompileContext): Expression {
  const get = named("$dateTrunc", operand, context, ["date", "unit"], ["binSize", "timezone", "startOfWeek"]);
  return (scope) => {
    const value = get("date", scope);
    const given = get("unit", scope);
    const zone = zoneOf(get("timezone", scope));
    const size = get("binSize", scope);
    if (isNullish(value) || isNullish(given) || size === null || zone === undefined) return null;
    const unit = unitNamed("$dateTrunc", given);
    const bin = size === undefined ? 1 : wholeNumber(size);
    if (bin === undefined || bin <= 0)
      throw new PocketMongoError(5439017, "$dateTrunc requires 'binSize' to be a 64-bit positive integer");
    return truncate(asDate(value), unit, bin, zone, startOfWeek(get("startOfWeek", scope)) ?? 7);
  };
}

function shift(operator: string, sign: 1 | -1): Operator {
  return {
    compile: (operand, context) => {
      const get = named(operator, operand, context, ["startDate", "unit", "amount"], ["timezone"]);
      return (scope) => {
        const value = get("startDate", scope);
        const given = get("unit", scope);
        const amount = get("amount", scope);
        const zone = zoneOf(get("timezone", scope));
        if (isNullish(value) || isNullish(given) || isNullish(amount) || zone === undefined) return null;
        const unit: Unit = unitNamed(operator, given);
        const whole = wholeNumber(amount);
        if (whole === undefined)
          throw new PocketMongoError(5166405, `${operator} expects integer amount of time units`);
        return addUnits(asDate(value), unit, sign * whole, zone);
      };
    },
  };
}

function dateDiff(operand: Value, context: CompileContext): Expression {
  const get = named(
    "$dateDiff",
    operand,
    context,
    ["startDate", "endDate", "unit"],
    ["timezone", "startOfWeek"],
  );
  return (scope) => {
    const [from, to, given] = [get("startDate", scope), get("endDate", scope), get("unit", scope)];
    const zone = zoneOf(get("timezone", scope));
    if (isNullish(from) || isNullish(to) || isNullish(given) || zone === undefined) return null;
    const unit = unitNamed("$dateDiff", given);
    return BigInt(
      diffUnits(asDate(from), asDate(to), unit, zone, startOfWeek(get("startOfWeek", scope)) ?? 7),
    );
  };
}

/** The halves of a timestamp, as int64. */
function half(operator: string, code: number, read: (value: Timestamp) => number): Operator {
  return {
    arguments: [1, 1],
    run: ([value]) => {
      if (isNullish(value)) return null;
      if (value instanceof Timestamp) return BigInt(read(value));
      throw new PocketMongoError(
        code,
        `Argument to ${operator} must be a timestamp, but is ${typeName(value)}`,
      );
    },
  };
}

export const dateOperators = {
  $tsSecond: half("$tsSecond", 5687301, (value) => value.getHighBitsUnsigned()),
  $tsIncrement: half("$tsIncrement", 5687302, (value) => value.getLowBitsUnsigned()),
  $year: part((local) => local.year),
  $month: part((local) => local.month),
  $dayOfMonth: part((local) => local.day),
  $hour: part((local) => local.hour),
  $minute: part((local) => local.minute),
  $second: part((local) => local.second),
  $millisecond: part((local) => local.ms),
  $dayOfYear: part(dayOfYear),
  $dayOfWeek: part((local) => (isoDayOfWeek(local) % 7) + 1),
  $week: part(sundayWeek),
  $isoDayOfWeek: part(isoDayOfWeek),
  $isoWeek: part((local) => isoWeek(local).week),
  $isoWeekYear: part((local) => isoWeek(local).year, true),
  $dateToString: { compile: dateToString },
  $dateFromString: { compile: dateFromString },
  $dateFromParts: { compile: dateFromParts },
  $dateToParts: { compile: dateToParts },
  $dateTrunc: { compile: dateTrunc },
  $dateAdd: shift("$dateAdd", 1),
  $dateSubtract: shift("$dateSubtract", -1),
  $dateDiff: { compile: dateDiff },
} as const satisfies Record<string, Operator>;
