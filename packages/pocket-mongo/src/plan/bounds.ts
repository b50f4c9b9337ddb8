import { keyOf } from "../bson/key.ts";
import { pathText } from "../bson/path.ts";
import {
  BSONRegExp,
  bsonTypes,
  isNumber,
  MaxKey,
  MinKey,
  typeName,
  typeRank,
  type Value,
} from "../bson/value.ts";
import type { Match } from "../match/parse.ts";
import { regexPrefix } from "../match/regex.ts";
import type { Test } from "../match/tests.ts";

/**
 * Where a stretch begins or ends, in the key bytes of an ascending field and in those of a descending one, whose bytes are
 * inverted. A key may itself end with 0xff, so that only who makes an edge knows whether it lies before or behind its key.
 */
type Edge = { readonly key: Buffer; readonly inverted: Buffer };

/** A stretch of one index field, `low` inclusive and `high` exclusive in ascending order; a point is a single key. */
export type Interval = {
  readonly low: Edge;
  readonly high: Edge;
  readonly point: boolean;
  readonly text: string;
};

/** What the filter says of one path: intervals that hold every value that can match, and whether it must be there. */
export type Bound = {
  readonly path: string;
  readonly intervals: readonly Interval[];
  readonly requiresPresence: boolean;
};

const past = Buffer.from([0xff]);
/** More points than this and the index is better read as a range. */
const mostPoints = 2000;

/** Before all keys that begin with `key`; inverted that is behind all that begin with its inverse. */
function before(key: Buffer): Edge {
  return { key, inverted: successor(flip(key)) };
}

/** Behind all keys that begin with `key`; inverted that is before all that begin with its inverse. */
function behind(key: Buffer): Edge {
  return { key: Buffer.concat([key, past]), inverted: flip(key) };
}

/** The bytes of a key in a descending field. */
export function flip(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => ~byte & 0xff));
}

/** The least key above every key that begins with `prefix`. */
function successor(prefix: Buffer): Buffer {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1;
  if (length === 0) return past;
  const made = Buffer.from(prefix.subarray(0, length));
  made[length - 1] = (made[length - 1] as number) + 1;
  return made;
}

function beforeRank(rank: number): Edge {
  return before(Buffer.from([rank]));
}

function pointOf(value: Value): Interval {
  const key = keyOf(value);
  return { low: before(key), high: behind(key), point: true, text: describe(value) };
}

function describe(value: Value): string {
  return typeof value === "string" ? `"${value}"` : isNumber(value) ? value.toString() : typeName(value);
}

/** null also stands for missing fields, and an index keeps the empty array under `undefined`, just below null. */
const nullRange: Interval = {
  low: beforeRank(bsonTypes.undefined.rank),
  high: beforeRank(bsonTypes.null.rank + 1),
  point: false,
  text: "null",
};

function typeInterval(rank: number, text: string): Interval {
  // Booleans take two bytes, one for each value.
  const width = rank === bsonTypes.bool.rank ? 2 : 1;
  return { low: beforeRank(rank), high: beforeRank(rank + width), point: false, text };
}

function pointFor(value: Value): Interval {
  return value === null ? nullRange : pointOf(value);
}

function rangeFor(operator: string, value: Value): Interval | undefined {
  if (value === null) return operator === "$lte" || operator === "$gte" ? nullRange : undefined;
  if (value instanceof MinKey || value instanceof MaxKey) return undefined;
  const whole = typeInterval(typeRank(value), "");
  const key = keyOf(value);
  const text = describe(value);
  switch (operator) {
    case "$lt":
      return { low: whole.low, high: before(key), point: false, text: `[*, ${text})` };
    case "$lte":
      return { low: whole.low, high: behind(key), point: false, text: `[*, ${text}]` };
    case "$gt":
      return { low: behind(key), high: whole.high, point: false, text: `(${text}, *]` };
    default:
      return { low: before(key), high: whole.high, point: false, text: `[${text}, *]` };
  }
}

/** The intervals of one test, or undefined when it says nothing an index can use. */
function intervalsOf(test: Test): Interval[] | undefined {
  const { operator, operand } = test;
  switch (operator) {
    case "$eq":
      // An array matches whole or by an element that equals it; its entries stand under its first elements too.
      if (Array.isArray(operand)) return undefined;
      return [pointFor(operand)];
    case "$in":
      if (!Array.isArray(operand) || operand.length > mostPoints) return undefined;
      if (operand.some((one) => one instanceof BSONRegExp || Array.isArray(one))) return undefined;
      return merge(operand.map(pointFor));
    case "$lt":
    case "$lte":
    case "$gt":
    case "$gte": {
      if (Array.isArray(operand)) return undefined;
      const range = rangeFor(operator, operand);
      return range && [range];
    }
    case "$regex": {
      const regex = operand as BSONRegExp;
      const prefix = regexPrefix(regex.pattern, regex.options);
      if (prefix === undefined) return undefined;
      const key = keyOf(prefix).subarray(0, -1);
      return [
        { low: before(key), high: behind(key), point: false, text: `["${prefix}", *)` },
        // A stored expression matches the same expression.
        typeInterval(bsonTypes.regex.rank, "regex"),
      ];
    }
    default:
      return undefined;
  }
}

/** Sorted and without overlaps. */
export function merge(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => Buffer.compare(a.low.key, b.low.key));
  const made: Interval[] = [];
  for (const one of sorted) {
    const last = made[made.length - 1];
    if (last && one.low.key.compare(last.high.key) < 0) {
      if (one.high.key.compare(last.high.key) > 0)
        made[made.length - 1] = { ...last, high: one.high, point: false };
    } else made.push(one);
  }
  return made;
}

export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const made: Interval[] = [];
  for (const x of a) {
    for (const y of b) {
      const low = x.low.key.compare(y.low.key) >= 0 ? x : y;
      const high = x.high.key.compare(y.high.key) <= 0 ? x : y;
      if (low.low.key.compare(high.high.key) >= 0) continue;
      const point = x.point || y.point;
      made.push({
        low: low.low,
        high: high.high,
        point,
        text: x === low ? `${x.text} ${y.text}` : `${y.text} ${x.text}`,
      });
    }
  }
  return made;
}

function requiresPresence(test: Test): boolean {
  if (test.operator === "$exists" || test.operator === "$type" || test.operator === "$regex") return true;
  return !test.holds(undefined);
}

/** Every bound that holds for all matching documents, several per path where there are several conditions. */
export function boundsOf(match: Match, prefix = ""): Bound[] {
  if (match.kind === "and") return match.of.flatMap((part) => boundsOf(part, prefix));
  if (match.kind === "elemMatch") {
    const path = joined(prefix, pathText(match.path));
    // An element of its own is a value that is there; an object in the array may lack the field it is asked for.
    return boundsOf(match.of, path).map((bound) =>
      match.ofObjects ? bound : { ...bound, requiresPresence: true },
    );
  }
  if (match.kind !== "field") return [];
  const path = joined(prefix, pathText(match.path));
  const intervals = intervalsOf(match.test);
  const present = requiresPresence(match.test);
  if (intervals === undefined && !present) return [];
  return [{ path, intervals: intervals ?? [everything], requiresPresence: present }];
}

function joined(prefix: string, path: string): string {
  if (prefix === "") return path;
  return path === "" ? prefix : `${prefix}.${path}`;
}

export const everything: Interval = {
  low: beforeRank(1),
  high: behind(Buffer.alloc(0)),
  point: false,
  text: "[MinKey, MaxKey]",
};

export function isEverything(intervals: readonly Interval[]): boolean {
  return intervals.length === 1 && intervals[0] === everything;
}
