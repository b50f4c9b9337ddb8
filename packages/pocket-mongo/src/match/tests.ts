import { toFloat, toWhole } from "../bson/arithmetic.ts";
import { compare, compareNumbers, equal } from "../bson/compare.ts";
import { keyText } from "../bson/key.ts";
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  BsonUndefined,
  bsonTypes,
  Double,
  isNumber,
  MaxKey,
  MinKey,
  type TypeName,
  typeName,
  typeRank,
  type Value,
} from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compileRegex } from "./regex.ts";

/** A question about one value; `undefined` stands for a field that is not there. */
export type Test = {
  /** The operator it came from, by which the planner finds index bounds. */
  readonly operator: string;
  readonly operand: Value;
  /** Whether an array is asked element by element as well as whole. */
  readonly expandsArrays: boolean;
  holds(value: Value | undefined): boolean;
};

function bad(message: string): PocketMongoError {
  return new PocketMongoError("BadValue", message);
}

function test(operator: string, operand: Value, holds: (value: Value | undefined) => boolean): Test {
  return { operator, operand, expandsArrays: true, holds };
}

export function equalTest(operand: Value): Test {
  if (operand instanceof BsonUndefined) throw bad("cannot compare to undefined");
  if (operand === null) return test("$eq", operand, (value) => value === undefined || value === null);
  if (typeof operand === "string") {
    return test(
      "$eq",
      operand,
      (value) => value === operand || (value instanceof BSONSymbol && value.value === operand),
    );
  }
  return test("$eq", operand, (value) => value !== undefined && equal(value, operand));
}

const orderings = {
  $lt: (order: number) => order < 0,
  $lte: (order: number) => order <= 0,
  $gt: (order: number) => order > 0,
  $gte: (order: number) => order >= 0,
} as const satisfies Record<string, (order: number) => boolean>;

/** Range operators compare only within one type, except that MinKey and MaxKey are below and above everything. */
function rangeTest(operator: keyof typeof orderings, operand: Value): Test {
  if (operand instanceof BsonUndefined) throw bad("cannot compare to undefined");
  if (operand instanceof BSONRegExp)
    throw bad(`Can't have RegEx as arg to predicate over field '${operator}'.`);
  const accepts = orderings[operator];
  const orEqual = accepts(0);
  if (operand === null)
    return test(operator, operand, (value) => orEqual && (value === undefined || value === null));
  if (operand instanceof MinKey || operand instanceof MaxKey) {
    return test(operator, operand, (value) => value !== undefined && accepts(compare(value, operand)));
  }
  const rank = typeRank(operand);
  if (isNumber(operand)) {
    const operandIsNaN = Number.isNaN(toFloat(operand));
    return test(operator, operand, (value) => {
      if (!isNumber(value)) return false;
      const valueIsNaN = value instanceof Double ? Number.isNaN(value.value) : Number.isNaN(toFloat(value));
      if (operandIsNaN || valueIsNaN) return orEqual && operandIsNaN === valueIsNaN;
      return accepts(compareNumbers(value, operand));
    });
  }
  return test(
    operator,
    operand,
    (value) => value !== undefined && typeRank(value) === rank && accepts(compare(value, operand)),
  );
}

export function regexTest(pattern: string, options: string): Test {
  const regex = compileRegex(pattern, options);
  const operand = new BSONRegExp(pattern, options);
  return test("$regex", operand, (value) => {
    if (typeof value === "string") return regex.test(value);
    if (value instanceof BSONSymbol) return regex.test(value.value);
    return value instanceof BSONRegExp && value.pattern === pattern && value.options === operand.options;
  });
}

function inTest(operand: Value): Test {
  if (!Array.isArray(operand)) throw bad("$in needs an array");
  const keys = new Set<string>();
  const regexes: Test[] = [];
  let acceptsMissing = false;
  for (const element of operand) {
    if (element instanceof Map && [...element.keys()][0]?.startsWith("$"))
      throw bad("cannot nest $ under $in");
    if (element instanceof BsonUndefined) throw bad("cannot compare to undefined");
    if (element instanceof BSONRegExp) regexes.push(regexTest(element.pattern, element.options));
    else keys.add(keyText(element));
    if (element === null) acceptsMissing = true;
  }
  return test("$in", operand, (value) => {
    if (value === undefined) return acceptsMissing;
    return keys.has(keyText(value)) || regexes.some((regex) => regex.holds(value));
  });
}

export function existsTest(operand: Value): Test {
  return { operator: "$exists", operand, expandsArrays: false, holds: (value) => value !== undefined };
}

function typeTest(operand: Value): Test {
  const wanted = new Set<TypeName>();
  const asked = Array.isArray(operand) ? operand : [operand];
  if (asked.length === 0) throw new PocketMongoError("FailedToParse", "$type must match at least one type");
  for (const one of asked) for (const name of typesNamed(one)) wanted.add(name);
  return test("$type", operand, (value) => value !== undefined && wanted.has(typeName(value)));
}

const numberTypes: readonly TypeName[] = ["int", "long", "double", "decimal"];

/** The types a `$type` operand names: an alias, a number, or "number" for all four. */
export function typesNamed(asked: Value): readonly TypeName[] {
  if (asked === "number") return numberTypes;
  if (typeof asked === "string") {
    if (Object.hasOwn(bsonTypes, asked)) return [asked as TypeName];
    throw bad(`Unknown type name alias: ${asked}`);
  }
  if (!isNumber(asked))
    throw new PocketMongoError("TypeMismatch", "type must be represented as a number or a string");
  const code = toFloat(asked);
  const found = (Object.keys(bsonTypes) as TypeName[]).find((name) => bsonTypes[name].number === code);
  if (found === undefined) throw bad(`Invalid numerical type code: ${code}`);
  return [found];
}

function sizeTest(operand: Value): Test {
  const size = isNumber(operand) ? toWhole(operand) : undefined;
  if (size === undefined)
    throw new PocketMongoError("FailedToParse", "Failed to parse $size. Expected a number in: $size");
  if (size < 0n) throw bad("Failed to parse $size. Expected a non-negative number");
  const length = Number(size);
  return {
    operator: "$size",
    operand,
    expandsArrays: false,
    holds: (value) => Array.isArray(value) && value.length === length,
  };
}

function modTest(operand: Value): Test {
  if (!Array.isArray(operand)) throw bad("malformed mod, needs to be an array");
  if (operand.length < 2) throw bad("malformed mod, not enough elements");
  if (operand.length > 2) throw bad("malformed mod, too many elements");
  const divisor = truncated(operand[0]);
  const remainder = truncated(operand[1]);
  if (divisor === undefined) throw bad("malformed mod, divisor is not a number");
  if (remainder === undefined) throw bad("malformed mod, remainder is not a number");
  if (divisor === 0n) throw bad("divisor cannot be 0");
  return test("$mod", operand, (value) => {
    const whole = truncated(value);
    return whole !== undefined && whole % divisor === remainder;
  });
}

function truncated(value: Value | undefined): bigint | undefined {
  if (!isNumber(value)) return undefined;
  if (typeof value === "bigint") return value;
  const float = Math.trunc(toFloat(value));
  if (!Number.isFinite(float) || Math.abs(float) >= 2 ** 63) return undefined;
  return BigInt(float);
}

const bitQuestions = {
  $bitsAllSet: (bits: boolean[]) => bits.every(Boolean),
  $bitsAllClear: (bits: boolean[]) => !bits.some(Boolean),
  $bitsAnySet: (bits: boolean[]) => bits.some(Boolean),
  $bitsAnyClear: (bits: boolean[]) => !bits.every(Boolean),
} as const satisfies Record<string, (bits: boolean[]) => boolean>;

function bitsTest(operator: keyof typeof bitQuestions, operand: Value): Test {
  const positions = bitPositions(operator, operand);
  const asks = bitQuestions[operator];
  return test(operator, operand, (value) => {
    const bitAt = bitReader(value);
    return bitAt !== undefined && asks(positions.map(bitAt));
  });
}

function bitPositions(operator: string, operand: Value): number[] {
  if (Array.isArray(operand)) {
    return operand.map((one) => {
      const position = isNumber(one) ? toWhole(one) : undefined;
      if (position === undefined) throw bad("bit positions must be an integer");
      if (position < 0n) throw bad("bit positions must be >= 0");
      return Number(position);
    });
  }
  if (operand instanceof Binary) return setBits(operand.length() * 8, bitReader(operand));
  const mask = isNumber(operand) ? toWhole(operand) : undefined;
  if (mask === undefined) throw bad(`${operator} takes an Array, a number, or a BinData`);
  if (mask < 0n) throw new PocketMongoError("FailedToParse", "Expected a non-negative number in bit test");
  return setBits(64, bitReader(mask));
}

function setBits(count: number, bitAt: ((position: number) => boolean) | undefined): number[] {
  const found: number[] = [];
  for (let position = 0; position < count; position += 1) if (bitAt?.(position)) found.push(position);
  return found;
}

function bitReader(value: Value | undefined): ((position: number) => boolean) | undefined {
  if (value instanceof Binary) {
    const bytes = value.value();
    return (position) => (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) === 1;
  }
  const whole = isNumber(value) ? toWhole(value) : undefined;
  if (whole === undefined || whole !== BigInt.asIntN(64, whole)) return undefined;
  // Positions past the 64th read the sign, as two's complement goes on.
  return (position) => ((whole >> BigInt(position)) & 1n) === 1n;
}

/** Operators on one value. `$not`, `$all`, `$elemMatch`, `$regex` and the negations are put together in parse.ts. */
export const valueOperators = {
  $eq: equalTest,
  $lt: (operand) => rangeTest("$lt", operand),
  $lte: (operand) => rangeTest("$lte", operand),
  $gt: (operand) => rangeTest("$gt", operand),
  $gte: (operand) => rangeTest("$gte", operand),
  $in: inTest,
  $type: typeTest,
  $size: sizeTest,
  $mod: modTest,
  $bitsAllSet: (operand) => bitsTest("$bitsAllSet", operand),
  $bitsAllClear: (operand) => bitsTest("$bitsAllClear", operand),
  $bitsAnySet: (operand) => bitsTest("$bitsAnySet", operand),
  $bitsAnyClear: (operand) => bitsTest("$bitsAnyClear", operand),
} as const satisfies Record<string, (operand: Value) => Test>;

/** Whether a command's loosely typed flag counts as true: anything but false, null, zero and a missing field. */
export function isTruthy(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false || value instanceof BsonUndefined)
    return false;
  return !isNumber(value) || compareNumbers(value, 0) !== 0;
}
