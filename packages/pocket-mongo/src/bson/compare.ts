import { keyOf } from "./key.ts";
import { Decimal128, Double, isNumber, type NumberValue, ObjectId, typeRank, type Value } from "./value.ts";

/** MongoDB's order of numbers: NaN first, then by exact mathematical value whatever the types. */
export function compareNumbers(a: NumberValue, b: NumberValue): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (a instanceof Decimal128 || b instanceof Decimal128) return Buffer.compare(keyOf(a), keyOf(b));
  const left = a instanceof Double ? a.value : a;
  const right = b instanceof Double ? b.value : b;
  // JavaScript compares a bigint with a number by mathematical value, without rounding either.
  if (left < right) return -1;
  if (left > right) return 1;
  if (left <= right) return 0;
  const leftIsNaN = Number.isNaN(left);
  return leftIsNaN === Number.isNaN(right) ? 0 : leftIsNaN ? -1 : 1;
}

/** MongoDB's total order of all values. */
export function compare(a: Value, b: Value): number {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b);
  if (a instanceof ObjectId && b instanceof ObjectId) return Buffer.compare(a.id, b.id);
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  const byType = typeRank(a) - typeRank(b);
  if (byType !== 0) return byType;
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  if (a instanceof Map && b instanceof Map) return compareDocs(a, b);
  return Buffer.compare(keyOf(a), keyOf(b));
}

export function equal(a: Value, b: Value): boolean {
  return compare(a, b) === 0;
}

/** By code point, as UTF-8 bytes sort; JavaScript's `<` goes by UTF-16 unit and differs above U+FFFF. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xHigh = isSurrogate(x);
    if (xHigh !== isSurrogate(y)) return xHigh ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function compareArrays(a: readonly Value[], b: readonly Value[]): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const order = compare(a[i] as Value, b[i] as Value);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareDocs(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): number {
  const left = a.entries();
  const right = b.entries();
  for (;;) {
    const x = left.next();
    const y = right.next();
    if (x.done || y.done) return (x.done ? 0 : 1) - (y.done ? 0 : 1);
    const [xKey, xValue] = x.value;
    const [yKey, yValue] = y.value;
    const order =
      typeRank(xValue) - typeRank(yValue) || compareStrings(xKey, yKey) || compare(xValue, yValue);
    if (order !== 0) return order;
  }
}
