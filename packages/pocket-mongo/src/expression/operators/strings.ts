import { wholeNumber } from "../../bson/arithmetic.ts";
import { compare } from "../../bson/compare.ts";
import { BSONSymbol, isDoc, isNumber, typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { isNullish, type Operator } from "../operator.ts";
import type { Expression } from "../scope.ts";
import { textOf } from "./conversion.ts";

type Values = readonly (Value | undefined)[];
const unbounded = Number.MAX_SAFE_INTEGER;

function shown(value: Value | undefined): string {
  return value === undefined ? "missing" : typeName(value);
}

function concat(values: Values): Value {
  if (values.some(isNullish)) return null;
  return values
    .map((value) => {
      if (typeof value !== "string")
        throw new PocketMongoError(16702, `$concat only supports strings, not ${shown(value)}`);
      return value;
    })
    .join("");
}

/** Text functions treat numbers and dates as their text and null as the empty text. */
function coerced(value: Value | undefined): string {
  if (isNullish(value)) return "";
  if (typeof value === "string") return value;
  if (value instanceof BSONSymbol) return value.value;
  if (isNumber(value) || value instanceof Date) return textOf(value);
  throw new PocketMongoError(16007, `can't convert from BSON type ${typeName(value)} to String`);
}

/** MongoDB changes the case of ASCII letters only. */
function upper(value: Value | undefined): string {
  return coerced(value).replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function lower(value: Value | undefined): string {
  return coerced(value).replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function split([text, separator]: Values): Value {
  if (isNullish(text) || isNullish(separator)) return null;
  if (typeof text !== "string")
    throw new PocketMongoError(
      40085,
      `$split requires an expression that evaluates to a string as a first argument, found: ${typeName(text)}`,
    );
  if (typeof separator !== "string")
    throw new PocketMongoError(
      40086,
      `$split requires an expression that evaluates to a string as a second argument, found: ${typeName(separator)}`,
    );
  if (separator === "") throw new PocketMongoError(40087, "$split requires a non-empty separator");
  return text.split(separator);
}

function substringBytes([value, from, length]: Values): Value {
  const bytes = Buffer.from(coerced(value), "utf8");
  const start = wholeNumber(from);
  const count = wholeNumber(length);
  if (start === undefined)
    throw new PocketMongoError(
      16034,
      `$substrBytes: starting index must be a numeric type (is BSON type ${shown(from)})`,
    );
  if (count === undefined)
    throw new PocketMongoError(
      16035,
      `$substrBytes: length must be a numeric type (is BSON type ${shown(length)})`,
    );
  if (start < 0) throw new PocketMongoError(50752, "$substrBytes: starting index must be non-negative");
  const end = count < 0 ? bytes.length : Math.min(bytes.length, start + count);
  const continues = (at: number): boolean => at < bytes.length && ((bytes[at] as number) & 0xc0) === 0x80;
  if (continues(start))
    throw new PocketMongoError(
      28656,
      "$substrBytes: Invalid range, starting index is a UTF-8 continuation byte.",
    );
  if (continues(end))
    throw new PocketMongoError(
      28657,
      "$substrBytes: Invalid range, ending index is in the middle of a UTF-8 character.",
    );
  return bytes.toString("utf8", start, end);
}

function substringPoints([value, from, length]: Values): Value {
  const start = wholeNumber(from);
  const count = wholeNumber(length);
  if (start === undefined)
    throw new PocketMongoError(
      34450,
      `$substrCP: starting index must be a numeric type (is BSON type ${shown(from)})`,
    );
  if (count === undefined)
    throw new PocketMongoError(
      34452,
      `$substrCP: length must be a numeric type (is BSON type ${shown(length)})`,
    );
  if (start < 0)
    throw new PocketMongoError(34455, "$substrCP: the starting index must be nonnegative integer.");
  if (count < 0) throw new PocketMongoError(34454, "$substrCP: length must be a nonnegative integer.");
  return [...coerced(value)].slice(start, start + count).join("");
}

function lengthOf(operator: string, code: number, measure: (text: string) => number): Operator {
  return {
    arguments: [1, 1],
    run: ([value]) => {
      if (typeof value !== "string")
        throw new PocketMongoError(code, `${operator} requires a string argument, found: ${shown(value)}`);
      return measure(value);
    },
  };
}

function indexOf(operator: string, unitsOf: (text: string) => readonly (string | number)[]): Operator {
  return {
    arguments: [2, 4],
    run: ([text, wanted, start, end]) => {
      if (isNullish(text)) return null;
      if (typeof text !== "string")
        throw new PocketMongoError(
          40091,
          `${operator} requires a string as the first argument, found: ${typeName(text)}`,
        );
      if (typeof wanted !== "string")
        throw new PocketMongoError(
          40092,
          `${operator} requires a string as the second argument, found: ${shown(wanted)}`,
        );
      const units = unitsOf(text);
      const sought = unitsOf(wanted);
      const from = start === undefined ? 0 : wholeNumber(start);
      const to = end === undefined ? units.length : wholeNumber(end);
      if (from === undefined || to === undefined || from < 0 || to < 0) {
        throw new PocketMongoError(40097, `${operator} requires a nonnegative integral index`);
      }
      for (let at = from; at + sought.length <= Math.min(to, units.length); at += 1) {
        if (sought.every((unit, i) => units[at + i] === unit)) return at;
      }
      return -1;
    },
  };
}

/** The characters MongoDB trims when none are named: Unicode white space and the null character. */
const defaultTrimmed = new Set(
  "\0 \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a",
);

function trim(operator: string, left: boolean, right: boolean): Operator {
  return {
    compile: (operand, context) => {
      if (!isDoc(operand) || !operand.has("input"))
        throw new PocketMongoError(50695, `${operator} requires an 'input' field`);
      const input = context.compile(operand.get("input") as Value, context);
      const chars = operand.has("chars")
        ? context.compile(operand.get("chars") as Value, context)
        : undefined;
      return (scope) => {
        const text = input(scope);
        const given = chars ? chars(scope) : "";
        if (isNullish(text) || isNullish(given)) return null;
        if (typeof text !== "string")
          throw new PocketMongoError(
            50699,
            `${operator} requires its input to be a string, got ${typeName(text)}`,
          );
        if (typeof given !== "string")
          throw new PocketMongoError(
            50700,
            `${operator} requires 'chars' to be a string, got ${typeName(given)}`,
          );
        const gone = chars ? new Set(given) : defaultTrimmed;
        const points = [...text];
        let begin = 0;
        let end = points.length;
        while (left && begin < end && gone.has(points[begin] as string)) begin += 1;
        while (right && end > begin && gone.has(points[end - 1] as string)) end -= 1;
        return points.slice(begin, end).join("");
      };
    },
  };
}

function replace(operator: string, all: boolean): Operator {
  return {
    compile: (operand, context) => {
      if (!isDoc(operand))
        throw new PocketMongoError(
          51751,
          `${operator} requires an object as an argument, found: ${typeName(operand)}`,
        );
      const part = (name: string, code: number): Expression => {
        if (!operand.has(name))
          throw new PocketMongoError(code, `${operator} requires '${name}' to be specified`);
        return context.compile(operand.get(name) as Value, context);
      };
      const parts = [part("input", 51749), part("find", 51748), part("replacement", 51747)];
      return (scope) => {
        const values = parts.map((one) => one(scope));
        if (values.some(isNullish)) return null;
        const [text, sought, by] = values;
        if (typeof text !== "string" || typeof sought !== "string" || typeof by !== "string") {
          throw new PocketMongoError(
            51746,
            `${operator} requires that 'input', 'find' and 'replacement' be strings`,
          );
        }
        return all ? text.replaceAll(sought, () => by) : text.replace(sought, () => by);
      };
    },
  };
}

const bytesOf = (text: string): number[] => [...Buffer.from(text, "utf8")];
const pointsOf = (text: string): string[] => [...text];

export const stringOperators = {
  $concat: { arguments: [0, unbounded], run: concat },
  $toUpper: { arguments: [1, 1], run: ([value]) => upper(value) },
  $toLower: { arguments: [1, 1], run: ([value]) => lower(value) },
  $split: { arguments: [2, 2], run: split },
  $substr: { arguments: [3, 3], run: substringBytes },
  $substrBytes: { arguments: [3, 3], run: substringBytes },
  $substrCP: { arguments: [3, 3], run: substringPoints },
  $strLenBytes: lengthOf("$strLenBytes", 34473, (text) => Buffer.byteLength(text)),
  $strLenCP: lengthOf("$strLenCP", 34471, (text) => [...text].length),
  $strcasecmp: {
    arguments: [2, 2],
    run: ([a, b]) => Math.sign(compare(upper(a), upper(b))) + 0,
  },
  $indexOfBytes: indexOf("$indexOfBytes", bytesOf),
  $indexOfCP: indexOf("$indexOfCP", pointsOf),
  $trim: trim("$trim", true, true),
  $ltrim: trim("$ltrim", true, false),
  $rtrim: trim("$rtrim", false, true),
  $replaceOne: replace("$replaceOne", false),
  $replaceAll: replace("$replaceAll", true),
} as const satisfies Record<string, Operator>;
