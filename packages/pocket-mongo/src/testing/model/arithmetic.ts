import { Double, Int32, Long } from "mongodb";
import { ModelRefusal } from "./refusal.ts";
import { isNumber, type ModelNumber, type ModelValue } from "./value.ts";

const smallestInt32 = -(2n ** 31n);
const largestInt32 = 2n ** 31n - 1n;
const smallestInt64 = -(2n ** 63n);
const largestInt64 = 2n ** 63n - 1n;

/** MongoDB's $inc and $mul: a double makes a double; an int32 that grows too big becomes an int64; an int64 may not. */
export function combine(
  left: ModelNumber,
  right: ModelNumber,
  exact: (a: bigint, b: bigint) => bigint,
  inexact: (a: number, b: number) => number,
): ModelNumber {
  if (left instanceof Double || right instanceof Double)
    return new Double(inexact(Number(left), Number(right)));
  const result = exact(BigInt(String(left)), BigInt(String(right)));
  const fitsInt32 = result >= smallestInt32 && result <= largestInt32;
  if (left instanceof Int32 && right instanceof Int32 && fitsInt32) return new Int32(Number(result));
  if (result < smallestInt64 || result > largestInt64) throw new ModelRefusal("BadValue");
  return Long.fromBigInt(result);
}

export function numberOrRefusal(value: ModelValue): ModelNumber {
  if (!isNumber(value)) throw new ModelRefusal("TypeMismatch");
  return value;
}

/** The zero $mul leaves in a field that was missing: of its operand's type. */
export function zeroLike(value: ModelNumber): ModelNumber {
  if (value instanceof Double) return new Double(0);
  return value instanceof Long ? Long.ZERO : new Int32(0);
}

export function combineBits(
  left: ModelValue,
  right: ModelNumber,
  by: (a: bigint, b: bigint) => bigint,
): ModelNumber {
  if (!(left instanceof Int32 || left instanceof Long)) throw new ModelRefusal("BadValue");
  const result = by(BigInt(String(left)), BigInt(String(right)));
  if (left instanceof Int32 && right instanceof Int32) return new Int32(Number(BigInt.asIntN(32, result)));
  return Long.fromBigInt(BigInt.asIntN(64, result));
}
