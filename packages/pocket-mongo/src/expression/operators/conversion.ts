import { fitsInt32, fitsInt64, toFloat, toWhole } from "../../bson/arithmetic.ts";
import { decimalParts, toDecimal } from "../../bson/decimal.ts";
import {
  Binary,
  Decimal128,
  Double,
  isDoc,
  isNumber,
  type NumberValue,
  ObjectId,
  Timestamp,
  type TypeName,
  typeName,
  type Value,
} from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { typesNamed } from "../../match/tests.ts";
import { type CompileContext, isNullish, type Operator } from "../operator.ts";
import type { Expression } from "../scope.ts";

function failed(message: string): PocketMongoError {
  return new PocketMongoError("ConversionFailure", message);
}

function unsupported(value: Value, to: string): PocketMongoError {
  return failed(`Unsupported conversion from ${typeName(value)} to ${to} in $convert with no onError value`);
}

/** A double as MongoDB writes it into text (util/builder.h, `%g`): six digits, an exponent of at least two. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) {
    throw new PocketMongoError(
      "NotImplemented",
      "text of NaN and of infinite doubles is not supported by this server",
    );
  }
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits = "", exponent = "0"] = value.toExponential(5).split("e");
  const power = Number(exponent);
  const shown = power < -4 || power >= 6 ? digits : value.toFixed(5 - power);
  const short = shown.includes(".") ? shown.replace(/\.?0+$/, "") : shown;
  if (power >= -4 && power < 6) return short;
  return `${short}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

export function textOf(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "true" : "false";
  if (value instanceof Double) return doubleText(value.value);
  if (isNumber(value)) return value.toString();
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Binary && value.sub_type === Binary.SUBTYPE_UUID) return value.toUUID().toString();
  throw unsupported(value, "string");
}

/** The digits of a text that is a decimal integer and nothing else, as MongoDB's parser wants it. */
function parseInteger(text: string, to: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) {
    throw failed(
      `Failed to parse number '${text}' in $convert with no onError value: Did not consume whole string.`,
    );
  }
  const value = BigInt(text.replace(/^\+/, ""));
  if (!fitsInt64(value))
    throw failed(`Failed to parse number '${text}' in $convert with no onError value: Overflow (${to})`);
  return value;
}

function integerOf(value: Value, to: "int" | "long"): bigint {
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "string") return parseInteger(value, to);
  if (value instanceof Date && to === "long") return BigInt(value.getTime());
  if (!isNumber(value)) throw unsupported(value, to);
  const whole = truncated(value);
  if (whole === undefined)
    throw failed(
      `Attempt to convert NaN or infinity value to integer type in $convert with no onError value`,
    );
  return whole;
}

function truncated(value: NumberValue): bigint | undefined {
  if (value instanceof Double)
    return Number.isFinite(value.value) ? BigInt(Math.trunc(value.value)) : undefined;
  if (value instanceof Decimal128) {
    const parts = decimalParts(value);
    if (parts.kind !== "finite") return undefined;
    const size =
      parts.exponent >= 0
        ? parts.coefficient * 10n ** BigInt(Math.min(parts.exponent, 60))
        : parts.coefficient / 10n ** BigInt(-parts.exponent);
    return parts.negative ? -size : size;
  }
  return BigInt(value);
}

function overflow(to: string): PocketMongoError {
  return failed(`Conversion would overflow target type in $convert with no onError value: ${to}`);
}

function toInt(value: Value): Value {
  const whole = integerOf(value, "int");
  if (!fitsInt32(whole)) throw overflow("int");
  return Number(whole);
}

function toLong(value: Value): Value {
  const whole = integerOf(value, "long");
  if (!fitsInt64(whole)) throw overflow("long");
  return whole;
}

function toDouble(value: Value): Value {
  if (typeof value === "boolean") return new Double(value ? 1 : 0);
  if (value instanceof Date) return new Double(value.getTime());
  if (isNumber(value)) return new Double(toFloat(value));
  if (typeof value !== "string") throw unsupported(value, "double");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?(inf(inity)?|nan)$/i.test(value)) {
    throw failed(`Failed to parse number '${value}' in $convert with no onError value: Bad digit`);
  }
  const named = /inf/i.test(value)
    ? Number.POSITIVE_INFINITY
    : /nan/i.test(value)
      ? Number.NaN
      : Number(value);
  return new Double(value.startsWith("-") && /inf/i.test(value) ? -named : named);
}

function toDecimalValue(value: Value): Value {
  if (typeof value === "boolean") return toDecimal(value ? 1 : 0);
  if (value instanceof Date) return toDecimal(BigInt(value.getTime()));
  if (isNumber(value)) return toDecimal(value);
  if (typeof value !== "string") throw unsupported(value, "decimal");
  try {
    return Decimal128.fromString(value);
  } catch {
    throw failed(`Failed to parse number '${value}' in $convert with no onError value`);
  }
}

function toBool(value: Value): Value {
  if (typeof value === "boolean") return value;
  return !isNumber(value) || toWhole(value) !== 0n;
}

function toDate(value: Value): Value {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (value instanceof Timestamp) return new Date(value.getHighBitsUnsigned() * 1000);
  if (typeof value === "string") return parseDate(value);
  if (typeof value === "number" || !isNumber(value)) throw unsupported(value, "date");
  const ms = truncated(value);
  const made = new Date(Number(ms ?? Number.NaN));
  if (Number.isNaN(made.getTime())) throw overflow("date");
  return made;
}

/** ISO 8601 texts, the ones whose meaning does not depend on anyone's habits. Other forms are refused. */
export function parseDate(text: string): Date {
  const form =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s?(Z|[+-]\d{2}:?(?:\d{2})?)?)?$/;
  const parts = form.exec(text);
  if (!parts) throw failed(`Error parsing date string '${text}'; this server reads ISO 8601 only`);
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "0", zone = "Z"] = parts;
  const offset = zone === "Z" ? "Z" : `${zone.slice(0, 3)}:${zone.slice(3).replace(":", "") || "00"}`;
  const ms = fraction.slice(0, 3).padEnd(3, "0");
  const made = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}${offset}`);
  const dayIsReal = new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() === Number(day);
  if (Number.isNaN(made.getTime()) || !dayIsReal) throw failed(`Error parsing date string '${text}'`);
  return made;
}

function toObjectId(value: Value): Value {
  if (value instanceof ObjectId) return value;
  if (typeof value !== "string") throw unsupported(value, "objectId");
  if (!/^[0-9a-fA-F]{24}$/.test(value)) {
    throw failed(
      `Failed to parse objectId '${value}' in $convert with no onError value: Invalid string length for parsing to OID`,
    );
  }
  return ObjectId.createFromHexString(value);
}

const conversions: Partial<Record<TypeName, (value: Value) => Value>> = {
  int: toInt,
  long: toLong,
  double: toDouble,
  decimal: toDecimalValue,
  bool: toBool,
  date: toDate,
  string: textOf,
  objectId: toObjectId,
};

function unary(convert: (value: Value) => Value): Operator {
  return { arguments: [1, 1], run: ([value]) => (isNullish(value) ? null : convert(value)) };
}

function convert(operand: Value, context: CompileContext): Expression {
  if (!isDoc(operand))
    throw new PocketMongoError(
      "FailedToParse",
      `$convert expects an object of named arguments but found: ${typeName(operand)}`,
    );
  for (const name of operand.keys()) {
    if (!["input", "to", "onError", "onNull"].includes(name)) {
      throw new PocketMongoError("FailedToParse", `$convert found an unknown argument: ${name}`);
    }
  }
  const part = (name: string): Expression | undefined =>
    operand.has(name) ? context.compile(operand.get(name) as Value, context) : undefined;
  const [input, to, onError, onNull] = [part("input"), part("to"), part("onError"), part("onNull")];
  if (!input) throw new PocketMongoError("FailedToParse", "Missing 'input' parameter to $convert");
  if (!to) throw new PocketMongoError("FailedToParse", "Missing 'to' parameter to $convert");
  return (scope) => {
    const target = to(scope);
    const value = input(scope);
    if (isNullish(value)) return onNull ? onNull(scope) : null;
    if (isNullish(target)) return null;
    const [name] = typesNamed(target);
    try {
      if (name !== undefined && typeName(value) === name) return value;
      const run = name === undefined ? undefined : conversions[name];
      if (run === undefined) throw unsupported(value, String(name));
      return run(value);
    } catch (error) {
      if (onError && error instanceof PocketMongoError) return onError(scope);
      throw error;
    }
  };
}

export const conversionOperators = {
  $convert: { compile: convert },
  $toInt: unary(toInt),
  $toLong: unary(toLong),
  $toDouble: unary(toDouble),
  $toDecimal: unary(toDecimalValue),
  $toBool: unary(toBool),
  $toDate: unary(toDate),
  $toString: unary(textOf),
  $toObjectId: unary(toObjectId),
  $type: { arguments: [1, 1], run: ([value]) => (value === undefined ? "missing" : typeName(value)) },
  $isNumber: { arguments: [1, 1], run: ([value]) => isNumber(value) },
  $binarySize: {
    arguments: [1, 1],
    run: ([value]) => {
      if (isNullish(value)) return null;
      if (typeof value === "string") return Buffer.byteLength(value);
      if (value instanceof Binary) return value.length();
      throw new PocketMongoError(
        51276,
        `$binarySize requires a string or BinData argument, found: ${typeName(value)}`,
      );
    },
  },
} as const satisfies Record<string, Operator>;
