import {
  add,
  divideDecimals,
  fitsInt32,
  fitsInt64,
  multiply,
  subtract,
  toFloat,
  toWhole,
} from "../../bson/arithmetic.ts";
import { decimalParts, makeDecimal, toDecimal } from "../../bson/decimal.ts";
import { Decimal128, Double, isNumber, type NumberValue, typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { isNullish, type Operator } from "../operator.ts";

type Values = readonly (Value | undefined)[];

function mismatch(operator: string, value: Value | undefined): PocketMongoError {
  return new PocketMongoError(
    "TypeMismatch",
    `${operator} only supports numeric types, not ${value === undefined ? "missing" : typeName(value)}`,
  );
}

/** One number in, one number out; null and missing give null. */
function unary(name: string, run: (value: NumberValue) => Value): Operator {
  return {
    arguments: [1, 1],
    run: ([value]) => {
      if (isNullish(value)) return null;
      if (!isNumber(value)) {
        throw new PocketMongoError(28765, `${name} only supports numeric types, not ${typeName(value)}`);
      }
      return run(value);
    },
  };
}

/** A function of doubles. Decimals are refused: their result would have to be right to 34 digits. */
function ofDoubles(name: string, run: (value: number) => number): Operator {
  return unary(name, (value) => {
    if (value instanceof Decimal128) {
      throw new PocketMongoError("NotImplemented", `${name} of a decimal is not supported by this server`);
    }
    return new Double(run(toFloat(value)));
  });
}

function addAll(values: Values): Value {
  if (values.some(isNullish)) return null;
  let date: Date | undefined;
  let sum: NumberValue = 0;
  for (const value of values) {
    if (value instanceof Date) {
      if (date) throw new PocketMongoError(16612, "only one date allowed in an $add expression");
      date = value;
    } else if (isNumber(value)) sum = add(sum, value);
    else
      throw new PocketMongoError(
        "TypeMismatch",
        `$add only supports numeric or date types, not ${typeName(value as Value)}`,
      );
  }
  return date ? shiftDate(date, sum) : sum;
}

function shiftDate(date: Date, by: NumberValue): Date {
  const made = new Date(date.getTime() + Math.round(toFloat(by)));
  if (Number.isNaN(made.getTime())) throw new PocketMongoError("Overflow", "date overflow");
  return made;
}

function subtractTwo([a, b]: Values): Value {
  if (isNullish(a) || isNullish(b)) return null;
  if (isNumber(a) && isNumber(b)) return subtract(a, b);
  if (a instanceof Date && b instanceof Date) return BigInt(a.getTime() - b.getTime());
  if (a instanceof Date && isNumber(b)) return shiftDate(a, subtract(0, b));
  throw new PocketMongoError("TypeMismatch", `can't $subtract ${typeName(b)} from ${typeName(a)}`);
}

function multiplyAll(values: Values): Value {
  if (values.some(isNullish)) return null;
  let product: NumberValue = 1;
  for (const value of values) {
    if (!isNumber(value)) throw mismatch("$multiply", value);
    product = multiply(product, value);
  }
  return product;
}

function divide([a, b]: Values): Value {
  if (isNullish(a) || isNullish(b)) return null;
  if (!isNumber(a) || !isNumber(b)) {
    throw new PocketMongoError(
      "TypeMismatch",
      `$divide only supports numeric types, not ${typeName(a)} and ${typeName(b)}`,
    );
  }
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    const quotient = divideDecimals(toDecimal(a), toDecimal(b));
    if (quotient === undefined) throw new PocketMongoError("BadValue", "can't $divide by zero");
    return quotient;
  }
  if (toFloat(b) === 0) throw new PocketMongoError("BadValue", "can't $divide by zero");
  return new Double(toFloat(a) / toFloat(b));
}

function modulo([a, b]: Values): Value {
  if (isNullish(a) || isNullish(b)) return null;
  if (!isNumber(a) || !isNumber(b)) {
    throw new PocketMongoError(
      16611,
      `$mod only supports numeric types, not ${typeName(a)} and ${typeName(b)}`,
    );
  }
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    throw new PocketMongoError("NotImplemented", "$mod of a decimal is not supported by this server");
  }
  if (toFloat(b) === 0) throw new PocketMongoError(16610, "can't $mod by zero");
  if (a instanceof Double || b instanceof Double) return new Double(toFloat(a) % toFloat(b));
  const rest = BigInt(a) % BigInt(b);
  return typeof a === "bigint" || typeof b === "bigint" ? rest : Number(rest);
}

function absolute(value: NumberValue): Value {
  if (value instanceof Double) return new Double(Math.abs(value.value));
  if (value instanceof Decimal128) {
    const parts = decimalParts(value);
    if (parts.kind === "nan") return value;
    return parts.kind === "infinite"
      ? Decimal128.fromString("Infinity")
      : makeDecimal(false, parts.coefficient, parts.exponent);
  }
  if (value === -(2n ** 63n)) throw new PocketMongoError(28680, "can't take $abs of long long min");
  if (value >= 0) return value;
  return typeof value === "bigint" ? -value : fitsInt32(-value) ? -value : BigInt(-value);
}

/** Rounds to 10^-places in the way `away` decides; doubles go through their shortest decimal, as a user reads them. */
function roundTo(name: string, halfToEven: boolean): Operator {
  return {
    arguments: [1, 2],
    run: ([value, given]) => {
      if (isNullish(value)) return null;
      if (!isNumber(value))
        throw new PocketMongoError(51081, `${name} only supports numeric types, not ${typeName(value)}`);
      if (given === null) return null;
      const places = given === undefined ? 0 : isNumber(given) ? toWhole(given) : undefined;
      if (places === undefined)
        throw new PocketMongoError(51082, `precision argument to ${name} must be a integral value`);
      if (places < -20 || places > 100) {
        throw new PocketMongoError(
          51083,
          `cannot apply ${name} with precision value ${places} value must be in [-20, 100]`,
        );
      }
      return rounded(value, Number(places), halfToEven);
    },
  };
}

function rounded(value: NumberValue, places: number, halfToEven: boolean): Value {
  if (value instanceof Double) {
    if (!Number.isFinite(value.value)) return value;
    const decimal = roundDecimal(Decimal128.fromString(value.value.toString()), places, halfToEven);
    return new Double(Number(decimal.toString()));
  }
  if (value instanceof Decimal128) return roundDecimal(value, places, halfToEven);
  if (places >= 0) return value;
  const signed = toWhole(roundDecimal(toDecimal(value), places, halfToEven)) ?? 0n;
  if (typeof value === "number" && fitsInt32(signed)) return Number(signed);
  if (!fitsInt64(signed))
    throw new PocketMongoError(51080, "invalid conversion from Decimal128 result in $round");
  return signed;
}

function roundDecimal(value: Decimal128, places: number, halfToEven: boolean): Decimal128 {
  const parts = decimalParts(value);
  if (parts.kind !== "finite" || parts.exponent >= -places) return value;
  const unit = 10n ** BigInt(-places - parts.exponent);
  const rest = parts.coefficient % unit;
  let quotient = parts.coefficient / unit;
  if (halfToEven && (rest * 2n > unit || (rest * 2n === unit && quotient % 2n === 1n))) quotient += 1n;
  return makeDecimal(parts.negative, quotient, -places);
}

function wholeDecimal(value: Decimal128, up: boolean): Decimal128 {
  const parts = decimalParts(value);
  if (parts.kind !== "finite" || parts.exponent >= 0) return value;
  const unit = 10n ** BigInt(-parts.exponent);
  const inexact = parts.coefficient % unit !== 0n;
  const away = inexact && up !== parts.negative;
  return makeDecimal(parts.negative, parts.coefficient / unit + (away ? 1n : 0n), 0);
}

function whole(name: string, up: boolean): Operator {
  return unary(name, (value) => {
    if (value instanceof Double) return new Double(up ? Math.ceil(value.value) : Math.floor(value.value));
    return value instanceof Decimal128 ? wholeDecimal(value, up) : value;
  });
}

function power([base, exponent]: Values): Value {
  if (isNullish(base) || isNullish(exponent)) return null;
  if (!isNumber(base))
    throw new PocketMongoError(28762, `$pow's base must be numeric, not ${typeName(base)}`);
  if (!isNumber(exponent))
    throw new PocketMongoError(28763, `$pow's exponent must be numeric, not ${typeName(exponent)}`);
  if (base instanceof Decimal128 || exponent instanceof Decimal128) {
    throw new PocketMongoError("NotImplemented", "$pow of a decimal is not supported by this server");
  }
  if (toFloat(base) === 0 && toFloat(exponent) < 0) {
    throw new PocketMongoError(28764, "$pow cannot take a base of 0 and a negative exponent");
  }
  if (base instanceof Double || exponent instanceof Double || exponent < 0) {
    return new Double(toFloat(base) ** toFloat(exponent));
  }
  // Past 64 bits the exact result is of no use, and its digits would cost time without bound.
  const parity = Number(BigInt(exponent) % 2n) || 2;
  const small = Math.abs(toFloat(base)) <= 1 && exponent > 2;
  if (!small && exponent > 63) return new Double(toFloat(base) ** toFloat(exponent));
  const made = BigInt(base) ** (small ? BigInt(parity) : BigInt(exponent));
  if (typeof base === "number" && typeof exponent === "number" && fitsInt32(made)) return Number(made);
  return fitsInt64(made) ? made : new Double(toFloat(base) ** toFloat(exponent));
}

function logarithm([value, base]: Values): Value {
  if (isNullish(value) || isNullish(base)) return null;
  if (!isNumber(value))
    throw new PocketMongoError(28756, `$log's argument must be numeric, not ${typeName(value)}`);
  if (!isNumber(base))
    throw new PocketMongoError(28757, `$log's base must be numeric, not ${typeName(base)}`);
  if (toFloat(value) <= 0)
    throw new PocketMongoError(28758, `$log's argument must be a positive number, but is ${toFloat(value)}`);
  if (toFloat(base) <= 0 || toFloat(base) === 1) {
    throw new PocketMongoError(
      28759,
      `$log's base must be a positive number not equal to 1, but is ${toFloat(base)}`,
    );
  }
  return new Double(Math.log(toFloat(value)) / Math.log(toFloat(base)));
}

function positive(name: string, code: number, run: (value: number) => number): Operator {
  return ofDoubles(name, (value) => {
    if (value < 0 || (value === 0 && name !== "$sqrt")) {
      throw new PocketMongoError(code, `${name}'s argument must be a positive number, but is ${value}`);
    }
    return run(value);
  });
}

const unbounded = Number.MAX_SAFE_INTEGER;

export const arithmeticOperators = {
  $add: { arguments: [0, unbounded], run: addAll },
  $subtract: { arguments: [2, 2], run: subtractTwo },
  $multiply: { arguments: [0, unbounded], run: multiplyAll },
  $divide: { arguments: [2, 2], run: divide },
  $mod: { arguments: [2, 2], run: modulo },
  $abs: unary("$abs", absolute),
  $ceil: whole("$ceil", true),
  $floor: whole("$floor", false),
  $round: roundTo("$round", true),
  $trunc: roundTo("$trunc", false),
  $pow: { arguments: [2, 2], run: power },
  $sqrt: positive("$sqrt", 28714, Math.sqrt),
  $exp: ofDoubles("$exp", Math.exp),
  $ln: positive("$ln", 28766, Math.log),
  $log10: positive("$log10", 28761, Math.log10),
  $rand: { arguments: [0, 0], run: () => new Double(Math.random()) },
  $log: { arguments: [2, 2], run: logarithm },
} as const satisfies Record<string, Operator>;
