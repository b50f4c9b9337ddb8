import { Decimal128, Double, type NumberValue } from "./value.ts";

/** sign · coefficient · 10^exponent, or one of the values that are no number or no finite one. */
export type DecimalParts =
  | { kind: "finite"; negative: boolean; coefficient: bigint; exponent: number }
  | { kind: "infinite"; negative: boolean }
  | { kind: "nan" };

const exponentBias = 6176;
const largestCoefficient = 10n ** 34n - 1n;
const largestExponent = 6111;
const smallestExponent = -6176;

/** Takes an IEEE 754-2008 decimal128 in binary integer encoding apart (BSON 1.1, type 0x13). */
export function decimalParts(value: Decimal128): DecimalParts {
  const view = new DataView(value.bytes.buffer, value.bytes.byteOffset, 16);
  const high = view.getBigUint64(8, true);
  const low = view.getBigUint64(0, true);
  const negative = high >> 63n === 1n;
  const combination = Number((high >> 58n) & 0x1fn);
  if (combination === 0x1f) return { kind: "nan" };
  if (combination === 0x1e) return { kind: "infinite", negative };
  if (combination >= 0x18) {
    // A coefficient in this form would have more than 34 digits; the standard reads it as zero.
    return {
      kind: "finite",
      negative,
      coefficient: 0n,
      exponent: Number((high >> 47n) & 0x3fffn) - exponentBias,
    };
  }
  const exponent = Number((high >> 49n) & 0x3fffn) - exponentBias;
  const coefficient = ((high & 0x1ffffffffffffn) << 64n) | low;
  return {
    kind: "finite",
    negative,
    coefficient: coefficient > largestCoefficient ? 0n : coefficient,
    exponent,
  };
}

/** Puts a decimal128 together, rounding half to even at 34 digits. */
export function makeDecimal(negative: boolean, coefficient: bigint, exponent: number): Decimal128 {
  let c = coefficient;
  let e = exponent;
  const surplus = c.toString().length - 34;
  const cut = Math.max(surplus, smallestExponent - e);
  if (cut > 0) {
    const unit = 10n ** BigInt(cut);
    const rest = c % unit;
    c /= unit;
    e += cut;
    if (rest * 2n > unit || (rest * 2n === unit && c % 2n === 1n)) c += 1n;
    if (c > largestCoefficient) {
      c /= 10n;
      e += 1;
    }
  }
  while (e > largestExponent && c !== 0n && c * 10n <= largestCoefficient) {
    c *= 10n;
    e -= 1;
  }
  if (c === 0n) e = Math.min(e, largestExponent);
  if (e > largestExponent) return Decimal128.fromString(negative ? "-Infinity" : "Infinity");
  const bytes = Buffer.alloc(16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  view.setBigUint64(0, c & 0xffffffffffffffffn, true);
  view.setBigUint64(8, (negative ? 1n << 63n : 0n) | (BigInt(e + exponentBias) << 49n) | (c >> 64n), true);
  return new Decimal128(bytes);
}

/** The decimal of any number. A double is taken at 15 significant digits, as MongoDB converts it. */
export function toDecimal(value: NumberValue): Decimal128 {
  if (value instanceof Decimal128) return value;
  if (value instanceof Double) {
    if (!Number.isFinite(value.value)) return Decimal128.fromString(String(value.value));
    return Decimal128.fromString(value.value.toPrecision(15));
  }
  return makeDecimal(value < 0, BigInt(value) < 0n ? -BigInt(value) : BigInt(value), 0);
}

/** A number as the nearest double towards zero, with all its digits where that double is not the number itself. */
export type ExactDecimal = { towardsZero: number; digits?: string; exponent: number };

/** int64 and decimal128 placed exactly among the doubles. */
export function exactDecimal(value: bigint | Decimal128): ExactDecimal {
  if (typeof value === "bigint") {
    const near = Number(value);
    if (BigInt(near) === value) return { towardsZero: near, exponent: 0 };
    return place(value < 0n, value < 0n ? -value : value, 0);
  }
  const parts = decimalParts(value);
  if (parts.kind === "nan") return { towardsZero: Number.NaN, exponent: 0 };
  if (parts.kind === "infinite") {
    return { towardsZero: parts.negative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, exponent: 0 };
  }
  if (parts.coefficient === 0n) return { towardsZero: 0, exponent: 0 };
  return place(parts.negative, parts.coefficient, parts.exponent);
}

function place(negative: boolean, coefficient: bigint, exponent: number): ExactDecimal {
  const text = coefficient.toString();
  let magnitude = Number(`${text}e${exponent}`);
  const order = compareToDouble(coefficient, exponent, magnitude);
  if (order === 0) return { towardsZero: negative ? -magnitude : magnitude, exponent: 0 };
  if (order < 0) magnitude = previousDouble(magnitude);
  const digits = text.replace(/0+$/, "");
  return { towardsZero: negative ? -magnitude : magnitude, digits, exponent: exponent + text.length };
}

/** Compares coefficient · 10^exponent with a double that is not negative, exactly. */
function compareToDouble(coefficient: bigint, exponent: number, double: number): number {
  if (double === Number.POSITIVE_INFINITY) return -1;
  const { mantissa, power } = binaryParts(double);
  let left = coefficient;
  let right = mantissa;
  if (exponent >= 0) left *= 10n ** BigInt(exponent);
  else right *= 10n ** BigInt(-exponent);
  if (power >= 0) right <<= BigInt(power);
  else left <<= BigInt(-power);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A finite double that is not negative as mantissa · 2^power (IEEE 754 binary64). */
function binaryParts(double: number): { mantissa: bigint; power: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, double);
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> 52n);
  const fraction = raw & 0xfffffffffffffn;
  return { mantissa: biased === 0 ? fraction : fraction | (1n << 52n), power: Math.max(biased, 1) - 1075 };
}

/** A double with all its digits, rounded only where it has more than 34. */
export function decimalOfDouble(value: number): Decimal128 {
  if (!Number.isFinite(value)) return Decimal128.fromString(String(value));
  let { mantissa, power } = binaryParts(Math.abs(value));
  while (power < 0 && mantissa !== 0n && mantissa % 2n === 0n) {
    mantissa /= 2n;
    power += 1;
  }
  if (mantissa === 0n) return makeDecimal(value < 0, 0n, 0);
  return power >= 0
    ? makeDecimal(value < 0, mantissa << BigInt(power), 0)
    : makeDecimal(value < 0, mantissa * 5n ** BigInt(-power), power);
}

function previousDouble(double: number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, double);
  bits.setBigUint64(0, bits.getBigUint64(0) - 1n);
  return bits.getFloat64(0);
}
