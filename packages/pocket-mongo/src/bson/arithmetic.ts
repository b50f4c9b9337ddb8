import { decimalParts, makeDecimal, toDecimal } from "./decimal.ts";
import { Decimal128, Double, isNumber, type NumberValue, type Value } from "./value.ts";

const largestInt64 = 2n ** 63n - 1n;
const smallestInt64 = -(2n ** 63n);

export function fitsInt32(value: number | bigint): boolean {
  return value >= -2147483648 && value <= 2147483647;
}

export function fitsInt64(value: bigint): boolean {
  return value >= smallestInt64 && value <= largestInt64;
}

/** The number as JavaScript's double, exactly where it is one, else rounded to the nearest. */
export function toFloat(value: NumberValue): number {
  if (value instanceof Double) return value.value;
  if (value instanceof Decimal128) return Number(value.toString());
  return Number(value);
}

/** The integer a whole number stands for, whatever its type; undefined for a fraction, NaN or infinity. */
export function toWhole(value: NumberValue): bigint | undefined {
  if (typeof value === "number") return BigInt(value);
  if (typeof value === "bigint") return value;
  if (value instanceof Double) return Number.isInteger(value.value) ? BigInt(value.value) : undefined;
  const parts = decimalParts(value);
  if (parts.kind !== "finite") return undefined;
  const sign = parts.negative ? -1n : 1n;
  if (parts.exponent >= 0) {
    return parts.exponent > 40 && parts.coefficient !== 0n
      ? undefined
      : sign * parts.coefficient * 10n ** BigInt(Math.min(parts.exponent, 40));
  }
  const unit = 10n ** BigInt(-parts.exponent);
  return parts.coefficient % unit === 0n ? (sign * parts.coefficient) / unit : undefined;
}

/** A whole number given as any numeric type, held within the safe integers; undefined for anything else. */
export function wholeNumber(value: Value | undefined): number | undefined {
  if (!isNumber(value)) return undefined;
  const whole = toWhole(value);
  if (whole === undefined) return undefined;
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(whole)));
}

export type Overflow = "double" | "refuse";

type Operation = {
  ints(a: bigint, b: bigint): bigint;
  doubles(a: number, b: number): number;
  decimals(a: Decimal128, b: Decimal128): Decimal128;
};

const addition: Operation = {
  ints: (a, b) => a + b,
  doubles: (a, b) => a + b,
  decimals: addDecimals,
};

const subtraction: Operation = {
  ints: (a, b) => a - b,
  doubles: (a, b) => a - b,
  decimals: (a, b) => addDecimals(a, negateDecimal(b)),
};

const multiplication: Operation = {
  ints: (a, b) => a * b,
  doubles: (a, b) => a * b,
  decimals: multiplyDecimals,
};

/**
 * MongoDB's arithmetic: decimal wins over double, double over integers; int32 grows into int64; an int64 that overflows
 * becomes a double in expressions (`"double"`) and nothing (`"refuse"`) in an update, which then fails.
 */
function apply(
  operation: Operation,
  a: NumberValue,
  b: NumberValue,
  overflow: Overflow,
): NumberValue | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const quick = operation.doubles(a, b);
    if (Number.isSafeInteger(quick)) return fitsInt32(quick) ? quick + 0 : BigInt(quick);
  }
  if (a instanceof Decimal128 || b instanceof Decimal128)
    return operation.decimals(toDecimal(a), toDecimal(b));
  if (a instanceof Double || b instanceof Double)
    return new Double(operation.doubles(toFloat(a), toFloat(b)));
  const sum = operation.ints(BigInt(a), BigInt(b));
  const long = typeof a === "bigint" || typeof b === "bigint";
  if (!long && fitsInt32(sum)) return Number(sum);
  if (fitsInt64(sum)) return sum;
  return overflow === "double" ? new Double(Number(sum)) : undefined;
}

export function add(a: NumberValue, b: NumberValue): NumberValue {
  return apply(addition, a, b, "double") as NumberValue;
}

export function subtract(a: NumberValue, b: NumberValue): NumberValue {
  return apply(subtraction, a, b, "double") as NumberValue;
}

export function multiply(a: NumberValue, b: NumberValue): NumberValue {
  return apply(multiplication, a, b, "double") as NumberValue;
}

/** As `add`, but undefined when an int64 overflows. */
export function addExactly(a: NumberValue, b: NumberValue): NumberValue | undefined {
  return apply(addition, a, b, "refuse");
}

/** As `multiply`, but undefined when an int64 overflows. */
export function multiplyExactly(a: NumberValue, b: NumberValue): NumberValue | undefined {
  return apply(multiplication, a, b, "refuse");
}

const decimalNaN = Decimal128.fromString("NaN");

function infinity(negative: boolean): Decimal128 {
  return Decimal128.fromString(negative ? "-Infinity" : "Infinity");
}

function negateDecimal(value: Decimal128): Decimal128 {
  const parts = decimalParts(value);
  if (parts.kind === "nan") return value;
  if (parts.kind === "infinite") return infinity(!parts.negative);
  return makeDecimal(!parts.negative, parts.coefficient, parts.exponent);
}

function addDecimals(a: Decimal128, b: Decimal128): Decimal128 {
  const x = decimalParts(a);
  const y = decimalParts(b);
  if (x.kind === "nan" || y.kind === "nan") return decimalNaN;
  if (x.kind === "infinite") {
    return y.kind === "infinite" && x.negative !== y.negative ? decimalNaN : infinity(x.negative);
  }
  if (y.kind === "infinite") return infinity(y.negative);
  const exponent = Math.min(x.exponent, y.exponent);
  const left = signed(x.negative, x.coefficient) * 10n ** BigInt(x.exponent - exponent);
  const right = signed(y.negative, y.coefficient) * 10n ** BigInt(y.exponent - exponent);
  const sum = left + right;
  const negative = sum === 0n ? x.negative && y.negative : sum < 0n;
  return makeDecimal(negative, sum < 0n ? -sum : sum, exponent);
}

function multiplyDecimals(a: Decimal128, b: Decimal128): Decimal128 {
  const x = decimalParts(a);
  const y = decimalParts(b);
  if (x.kind === "nan" || y.kind === "nan") return decimalNaN;
  const negative = x.negative !== y.negative;
  if (x.kind === "infinite" || y.kind === "infinite") {
    const zero =
      (x.kind === "finite" && x.coefficient === 0n) || (y.kind === "finite" && y.coefficient === 0n);
    return zero ? decimalNaN : infinity(negative);
  }
  return makeDecimal(negative, x.coefficient * y.coefficient, x.exponent + y.exponent);
}

/** Division of decimals at 34 digits, rounded half to even; undefined when the divisor is zero. */
export function divideDecimals(a: Decimal128, b: Decimal128): Decimal128 | undefined {
  const x = decimalParts(a);
  const y = decimalParts(b);
  if (x.kind === "nan" || y.kind === "nan") return decimalNaN;
  if (y.kind === "infinite")
    return x.kind === "infinite" ? decimalNaN : makeDecimal(x.negative !== y.negative, 0n, 0);
  if (y.coefficient === 0n) return undefined;
  const negative = x.negative !== y.negative;
  if (x.kind === "infinite") return infinity(negative);
  // 36 digits of quotient and one that says whether anything is left decide every rounding.
  const shift = Math.max(0, 36 + y.coefficient.toString().length - x.coefficient.toString().length);
  const scaled = x.coefficient * 10n ** BigInt(shift);
  const quotient = scaled / y.coefficient;
  const rest = scaled % y.coefficient;
  if (rest !== 0n) return makeDecimal(negative, quotient * 10n + 1n, x.exponent - y.exponent - shift - 1);
  let coefficient = quotient;
  let exponent = x.exponent - y.exponent - shift;
  // An exact quotient keeps the exponent nearest to the ideal one, as IEEE 754-2008 5.1 asks.
  while (exponent < x.exponent - y.exponent && coefficient % 10n === 0n && coefficient !== 0n) {
    coefficient /= 10n;
    exponent += 1;
  }
  return makeDecimal(negative, coefficient, coefficient === 0n ? x.exponent - y.exponent : exponent);
}

function signed(negative: boolean, coefficient: bigint): bigint {
  return negative ? -coefficient : coefficient;
}
