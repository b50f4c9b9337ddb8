import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "bson";

export { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, MaxKey, MinKey, ObjectId, Timestamp };

/** The deprecated BSON type 6. JavaScript's own `undefined` means "no such field" throughout this package. */
export class BsonUndefined {
  readonly _bsontype = "Undefined";
}
export const bsonUndefined = new BsonUndefined();

/** A whole document still in its encoded form, passed through to a reply untouched. */
export class RawDocument {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Fields in their order. A plain object would move keys such as "1" to the front and trip over "__proto__". */
export type Doc = Map<string, Value>;

/**
 * A BSON value. `number` is always an int32 and `bigint` always an int64; a double is wrapped in `Double`, so that the
 * type that was stored is the type that is read back.
 */
export type Value =
  | null
  | boolean
  | string
  | number
  | bigint
  | Double
  | Decimal128
  | Date
  | ObjectId
  | Binary
  | BSONRegExp
  | BSONSymbol
  | Timestamp
  | Code
  | MinKey
  | MaxKey
  | BsonUndefined
  | RawDocument
  | Doc
  | Value[];

/** BSON type bytes (bsonspec.org 1.1), with MongoDB's `$type` aliases and its sort order between types. */
export const bsonTypes = {
  minKey: { number: -1, byte: 0xff, rank: 10 },
  undefined: { number: 6, byte: 0x06, rank: 15 },
  null: { number: 10, byte: 0x0a, rank: 20 },
  double: { number: 1, byte: 0x01, rank: 30 },
  int: { number: 16, byte: 0x10, rank: 30 },
  long: { number: 18, byte: 0x12, rank: 30 },
  decimal: { number: 19, byte: 0x13, rank: 30 },
  string: { number: 2, byte: 0x02, rank: 60 },
  symbol: { number: 14, byte: 0x0e, rank: 60 },
  object: { number: 3, byte: 0x03, rank: 70 },
  array: { number: 4, byte: 0x04, rank: 80 },
  binData: { number: 5, byte: 0x05, rank: 90 },
  objectId: { number: 7, byte: 0x07, rank: 100 },
  bool: { number: 8, byte: 0x08, rank: 110 },
  date: { number: 9, byte: 0x09, rank: 120 },
  timestamp: { number: 17, byte: 0x11, rank: 130 },
  regex: { number: 11, byte: 0x0b, rank: 140 },
  javascript: { number: 13, byte: 0x0d, rank: 160 },
  javascriptWithScope: { number: 15, byte: 0x0f, rank: 170 },
  maxKey: { number: 127, byte: 0x7f, rank: 240 },
} as const satisfies Record<string, { number: number; byte: number; rank: number }>;

export type TypeName = keyof typeof bsonTypes;

const classNames: Record<string, TypeName> = {
  Double: "double",
  Decimal128: "decimal",
  ObjectId: "objectId",
  Binary: "binData",
  BSONRegExp: "regex",
  BSONSymbol: "symbol",
  Timestamp: "timestamp",
  MinKey: "minKey",
  MaxKey: "maxKey",
  Undefined: "undefined",
};

/** MongoDB's alias for the value's type, as `$type` answers it. */
export function typeName(value: Value): TypeName {
  switch (typeof value) {
    case "number":
      return "int";
    case "bigint":
      return "long";
    case "string":
      return "string";
    case "boolean":
      return "bool";
    default:
      break;
  }
  if (value === null) return "null";
  if (value instanceof Map) return "object";
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "date";
  if (value instanceof RawDocument) return "object";
  if (value instanceof Code) return value.scope ? "javascriptWithScope" : "javascript";
  const name = classNames[value._bsontype];
  if (name === undefined) throw new TypeError(`not a BSON value: ${value._bsontype}`);
  return name;
}

/** Place of the value's type in MongoDB's order of types; numbers share one place, strings and symbols another. */
export function typeRank(value: Value): number {
  return bsonTypes[typeName(value)].rank;
}

export type NumberValue = number | bigint | Double | Decimal128;

export function isNumber(value: Value | undefined): value is NumberValue {
  return (
    typeof value === "number" ||
    typeof value === "bigint" ||
    value instanceof Double ||
    value instanceof Decimal128
  );
}

export function isDoc(value: Value | undefined): value is Doc {
  return value instanceof Map;
}

/** Builds a document from a plain object; its `number` values become int32 or, with a fraction or beyond, double. */
export function doc(fields: Record<string, Value | undefined>): Doc {
  const made: Doc = new Map();
  for (const [key, value] of Object.entries(fields))
    if (value !== undefined) made.set(key, fromNumber(value));
  return made;
}

function fromNumber(value: Value): Value {
  return typeof value === "number" ? number(value) : value;
}

/** An int32 where the number is one, a double otherwise. Negative zero is a double. */
export function number(value: number): number | Double {
  return Object.is(value | 0, value) ? value : new Double(value);
}
