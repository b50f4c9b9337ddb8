import { BSON, Double, Int32, Long } from "mongodb";

/**
 * What the workload stores. Numbers carry their BSON type, since int32, int64 and double are different things to a store;
 * documents are plain objects. This model shares no code with the server on purpose: it is the second opinion.
 */
export type ModelValue =
  | null
  | boolean
  | string
  | Date
  | Int32
  | Long
  | Double
  | ModelValue[]
  | ModelDocument;
export interface ModelDocument {
  [field: string]: ModelValue;
}

export type ModelNumber = Int32 | Long | Double;

export function isNumber(value: ModelValue | undefined): value is ModelNumber {
  return value instanceof Int32 || value instanceof Long || value instanceof Double;
}

export function isModelDocument(value: ModelValue | undefined): value is ModelDocument {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  return !(value instanceof Date) && !isNumber(value);
}

/** Place of each type in MongoDB's comparison order ("Comparison/Sort Order"); `undefined` is an empty array's sort key. */
export function typeRank(value: ModelValue | undefined): number {
  if (value === undefined) return 0;
  if (value === null) return 1;
  if (isNumber(value)) return 2;
  if (typeof value === "string") return 3;
  if (isModelDocument(value)) return 4;
  if (Array.isArray(value)) return 5;
  if (typeof value === "boolean") return 6;
  return 7;
}

/** Exact: doubles of this workload are multiples of 1/4, so four times any number is a whole one. */
export function quarters(value: ModelNumber): bigint {
  if (value instanceof Long) return value.toBigInt() * 4n;
  return BigInt(value.valueOf() * 4);
}

export function compare(left: ModelValue | undefined, right: ModelValue | undefined): number {
  const byType = typeRank(left) - typeRank(right);
  if (byType !== 0) return byType;
  if (isNumber(left) && isNumber(right)) return sign(quarters(left), quarters(right));
  if (typeof left === "string" && typeof right === "string")
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (typeof left === "boolean" && typeof right === "boolean") return sign(Number(left), Number(right));
  if (left instanceof Date && right instanceof Date) return sign(left.getTime(), right.getTime());
  if (Array.isArray(left) && Array.isArray(right)) return compareLists(left, right, compare);
  if (isModelDocument(left) && isModelDocument(right))
    return compareLists(Object.entries(left), Object.entries(right), compareFields);
  return 0;
}

type Field = readonly [string, ModelValue];

/** Documents compare field by field: type first, then name, then value. */
function compareFields([leftName, left]: Field, [rightName, right]: Field): number {
  const byType = typeRank(left) - typeRank(right);
  if (byType !== 0) return byType;
  return sign(leftName, rightName) || compare(left, right);
}

function compareLists<Item>(
  left: readonly Item[],
  right: readonly Item[],
  by: (a: Item, b: Item) => number,
): number {
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const order = by(left[i] as Item, right[i] as Item);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function sign<Ordered extends bigint | number | string>(left: Ordered, right: Ordered): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

export const isEqual = (left: ModelValue | undefined, right: ModelValue | undefined): boolean =>
  compare(left, right) === 0;

/** Exact writing: types of numbers and the order of fields included. */
export function canonical(value: unknown): string {
  return BSON.EJSON.stringify(value, { relaxed: false });
}

export function isIdentical(left: ModelValue | undefined, right: ModelValue | undefined): boolean {
  return left !== undefined && right !== undefined && canonical({ v: left }) === canonical({ v: right });
}

/** A copy that shares nothing changeable. */
export function copy<Value extends ModelValue>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copy) as Value;
  if (isModelDocument(value))
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copy(one)])) as Value;
  return value;
}
