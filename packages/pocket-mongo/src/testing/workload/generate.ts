import { Double, Int32, Long } from "mongodb";
import type { ModelIndex, ModelSort } from "../model/collection.ts";
import { accumulatorNames, type ModelStage } from "../model/pipeline.ts";
import type { ModelProjection } from "../model/projection.ts";
import { type ModelQuery, typeNames } from "../model/query.ts";
import type { ModelUpdate } from "../model/update.ts";
import type { ModelDocument, ModelNumber, ModelValue } from "../model/value.ts";
import type { Random } from "../random.ts";

/**
 * Few names and small values, so that things meet: equal numbers of different types, unique keys, elements of arrays.
 * `a` holds anything, `b` mostly numbers, `c` strings, `d` a document, `e` documents in an array, `t` values in an array.
 */
const ids = 30;
const words = ["", "a", "b", "ab", "B", "é", "\u{1F600}", "\uFF5E"];

export const anyId = (random: Random): Int32 => new Int32(random.whole(0, ids));

export function number(random: Random): ModelNumber {
  const small = random.whole(-4, 9);
  if (random.chance(0.03)) {
    // Around 2^53 doubles have gaps, and just below 2^63 int64 overflows.
    return random.pick([
      Long.fromString("9007199254740993"),
      new Double(9007199254740992),
      Long.fromString("9223372036854775800"),
      new Int32(2147483647),
    ]);
  }
  const kind = random.whole(0, 3);
  if (kind === 0) return Long.fromNumber(small);
  return kind === 1 ? new Double(small + random.pick([0, 0.25, 0.5])) : new Int32(small);
}

export function scalar(random: Random): ModelValue {
  const kind = random.whole(0, 9);
  if (kind === 0) return null;
  if (kind === 1) return random.chance(0.5);
  if (kind <= 3) return random.pick(words);
  if (kind === 4) return new Date(random.whole(0, 3) * 1000);
  return number(random);
}

const element = (random: Random): ModelValue => {
  if (random.chance(0.06)) return scalar(random);
  const made: ModelDocument = {};
  if (random.chance(0.85)) made.x = random.chance(0.8) ? number(random) : scalar(random);
  if (random.chance(0.85)) made.y = number(random);
  return made;
};

const fieldMakers = {
  a: (random) => (random.chance(0.1) ? { x: number(random) } : scalar(random)),
  b: (random) => (random.chance(0.95) ? number(random) : scalar(random)),
  c: (random) => (random.chance(0.95) ? random.pick(words) : null),
  d: (random) => (random.chance(0.9) ? { x: scalar(random), y: number(random) } : scalar(random)),
  e: (random) => random.list(0, 4, () => element(random)),
  t: (random) => (random.chance(0.9) ? random.list(0, 4, () => scalar(random)) : scalar(random)),
} as const satisfies Record<string, (random: Random) => ModelValue>;

const fieldNames = Object.keys(fieldMakers) as (keyof typeof fieldMakers)[];

export function document(random: Random): ModelDocument {
  const made: ModelDocument = { _id: anyId(random) };
  for (const name of random.some(fieldNames, 3, fieldNames.length)) made[name] = fieldMakers[name](random);
  return made;
}

const queryPaths = ["_id", "a", "b", "c", "d.x", "d.y", "e.x", "e.y", "t", "a.x", "b", "d"] as const;

function operand(random: Random, path: string): ModelValue {
  if (path === "_id") return anyId(random);
  if (path === "c") return random.pick(words);
  if (path === "d") return fieldMakers.d(random);
  return random.chance(0.75) ? number(random) : scalar(random);
}

const mask = (random: Random): Int32 => new Int32(random.whole(1, 7));

const operators = {
  $eq: operand,
  $ne: operand,
  $gt: operand,
  $gte: operand,
  $lt: operand,
  $lte: operand,
  $in: (random, path) => random.list(1, 4, () => operand(random, path)),
  $nin: (random, path) => random.list(1, 3, () => operand(random, path)),
  $exists: (random) => random.chance(0.5),
  $type: (random) => random.pick(typeNames),
  $size: (random) => new Int32(random.whole(0, 3)),
  $all: (random, path) => random.list(1, 2, () => operand(random, path)),
  $mod: (random) => [new Int32(random.whole(1, 4)), new Int32(random.whole(0, 2))],
  $bitsAllSet: mask,
  $bitsAnySet: mask,
  $bitsAllClear: mask,
  $bitsAnyClear: mask,
  $regex: (random) => random.pick(["^a", "b", "^$", "B$", "a|é"]),
} as const satisfies Record<string, (random: Random, path: string) => ModelValue>;

const operatorNames = Object.keys(operators) as (keyof typeof operators)[];

function condition(random: Random, path: string): ModelQuery[string] {
  if (random.chance(0.3)) return operand(random, path);
  if (random.chance(0.15)) return { $gte: operand(random, path), $lt: operand(random, path) };
  const name = random.pick(operatorNames);
  const one: ModelQuery = { [name]: operators[name](random, path) };
  if (name === "$regex" && random.chance(0.5)) one.$options = "i";
  return random.chance(0.12) ? { $not: one } : one;
}

function elementQuery(random: Random): ModelQuery {
  if (random.chance(0.5)) return { t: { $elemMatch: { $gt: number(random), $lt: number(random) } } };
  return { e: { $elemMatch: { x: condition(random, "e.x"), y: { $gte: number(random) } } } };
}

const comparisons = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"] as const;

/** Questions about the whole document, which no index answers. */
function wholeQuery(random: Random): ModelQuery {
  return random.pick<(random: Random) => ModelQuery>([
    () => ({ $alwaysTrue: new Int32(1) }),
    () => ({ $alwaysFalse: new Int32(1) }),
    () => ({ $comment: "asked by the workload", b: number(random) }),
    () => ({ $expr: { [random.pick(comparisons)]: [random.pick(["$a", "$b", "$c"]), number(random)] } }),
  ])(random);
}

export function query(random: Random, depth = 0): ModelQuery {
  if (random.chance(0.05)) return {};
  if (random.chance(0.06)) return wholeQuery(random);
  if (random.chance(0.1)) return elementQuery(random);
  if (depth < 2 && random.chance(0.2)) {
    return { [random.pick(["$and", "$or", "$nor"])]: random.list(1, 3, () => query(random, depth + 1)) };
  }
  const paths = random.some(queryPaths, 1, 2);
  return Object.fromEntries(paths.map((path) => [path, condition(random, path)]));
}

const addend = (random: Random): ModelValue => number(random);
const factor = (random: Random): ModelValue =>
  random.pick([new Int32(2), Long.fromNumber(3), new Double(2), new Int32(-1), new Int32(0)]);
const item = (random: Random, path: string): ModelValue => (path === "e" ? element(random) : scalar(random));

/** What may be done to which field; each update takes a field at most once. */
const changes = {
  $set: {
    a: fieldMakers.a,
    b: fieldMakers.b,
    c: fieldMakers.c,
    "d.x": scalar,
    "d.y": number,
    t: fieldMakers.t,
    e: fieldMakers.e,
  },
  $unset: { a: () => "", b: () => "", c: () => "", "d.x": () => "", d: () => "", t: () => "" },
  $inc: { a: addend, b: addend, "d.y": addend, "d.z": addend },
  $mul: { b: factor, "d.y": factor, "d.w": factor },
  $min: { a: scalar, b: number, "d.x": scalar },
  $max: { a: scalar, b: number, "d.x": scalar },
  $bit: {
    b: (random) => ({ [random.pick(["and", "or", "xor"])]: mask(random) }),
    n: (random) => ({ or: mask(random) }),
  },
  $push: { t: pushing, e: pushing },
  $addToSet: {
    t: (random) => (random.chance(0.5) ? scalar(random) : { $each: random.list(1, 3, () => scalar(random)) }),
    e: element,
  },
  $pop: { t: (random) => new Int32(random.pick([1, -1])), e: (random) => new Int32(random.pick([1, -1])) },
  $pull: {
    t: (random) => (random.chance(0.5) ? scalar(random) : { [random.pick(["$gt", "$lte"])]: number(random) }),
    e: (random) => ({ x: random.chance(0.5) ? number(random) : { $gte: number(random) } }),
  },
  $pullAll: { t: (random) => random.list(1, 3, () => scalar(random)) },
  $setOnInsert: { s: number },
} as const satisfies Record<string, Record<string, (random: Random, path: string) => ModelValue>>;

function pushing(random: Random, path: string): ModelValue {
  if (random.chance(0.4)) return item(random, path);
  const push: ModelDocument = { $each: random.list(1, 3, () => item(random, path)) };
  if (random.chance(0.4)) push.$position = new Int32(random.whole(-2, 3));
  if (random.chance(0.4)) push.$slice = new Int32(random.whole(-4, 4));
  if (random.chance(0.4)) push.$sort = new Int32(random.pick([1, -1]));
  return push;
}

export function update(random: Random): ModelUpdate {
  const made: ModelUpdate = {};
  const taken = new Set<string>();
  for (const operator of random.some(Object.keys(changes) as (keyof typeof changes)[], 1, 3)) {
    const fields: Record<string, (random: Random, path: string) => ModelValue> = changes[operator];
    const path = random.pick(Object.keys(fields));
    const make = fields[path];
    const top = path.split(".")[0] as string;
    if (!make || taken.has(top)) continue;
    taken.add(top);
    made[operator] = { [path]: make(random, path) };
  }
  return made;
}

/** An update at the place the query met. The query asks one thing of one array, so that the place is certain. */
export function positional(random: Random): {
  path: "e.x" | "t";
  condition: ModelQuery;
  update: ModelUpdate;
} {
  const [path, target] = random.pick([["e.x", "e.$.y"] as const, ["t", "t.$"] as const]);
  const update: ModelUpdate = { [random.pick(["$set", "$inc"])]: { [target]: number(random) } };
  return { path, condition: { [random.pick(["$eq", "$gte", "$lt"])]: number(random) }, update };
}

export function filtered(random: Random): { update: ModelUpdate; arrayFilters: ModelQuery[] } {
  if (random.chance(0.3)) return { update: { $set: { "t.$[]": scalar(random) } }, arrayFilters: [] };
  if (random.chance(0.5))
    return {
      update: { $set: { "t.$[i]": number(random) } },
      arrayFilters: [{ i: { $gte: number(random) } }],
    };
  return {
    update: { $inc: { "e.$[i].y": number(random) } },
    arrayFilters: [{ "i.x": { $lte: number(random) } }],
  };
}

export function sort(random: Random): ModelSort {
  const paths = random.some(["a", "b", "c", "d.x", random.pick(["e.x", "t"])], 0, 2);
  return [...paths, "_id"].map((path) => [path, random.pick([1, -1])]);
}

export function projection(random: Random): ModelProjection {
  const keep = random.pick([0, 1] as const);
  const paths = random.some(["a", "c", "d.x", "e.y", "t"], 1, 3);
  const made: Record<string, 0 | 1> = Object.fromEntries(paths.map((path) => [path, keep]));
  return random.chance(0.3) ? { ...made, _id: 0 } : made;
}

const references = ["$a", "$b", "$c", "$t", "$d"] as const;

/** Stages in a row; what comes first fixes the order, so that all that follows is certain. */
export function pipeline(random: Random): ModelStage[] {
  const middle: readonly (() => ModelStage)[] = [
    () => ({ $match: query(random) }),
    () => ({ $skip: new Int32(random.whole(0, 4)) }),
    () => ({ $limit: new Int32(random.whole(1, 12)) }),
    () => ({ $project: projection(random) }),
    () => ({ $unset: random.some(["a", "c", "e"], 1, 2) }),
    () => ({ $addFields: { n: random.pick(references) } }),
    () => ({ $set: { n: random.pick(references) } }),
    () => ({
      $unwind: { path: random.pick(["$t", "$e", "$a"]), preserveNullAndEmptyArrays: random.chance(0.5) },
    }),
    () => ({ $sort: Object.fromEntries(sort(random)) }),
    () => ({ $replaceWith: { kept: random.pick(references) } }),
  ];
  const ends: readonly (() => ModelStage)[] = [
    () => ({ $count: "rows" }),
    () => ({ $sortByCount: random.pick(references) }),
    () => ({ $group: { _id: random.pick(references), ...columns(random) } }),
  ];
  const stages = random.list(0, 3, () => random.pick(middle)());
  return [{ $sort: { _id: 1 } }, ...stages, ...(random.chance(0.4) ? [random.pick(ends)()] : [])];
}

function columns(random: Random): Record<string, Record<string, string | object>> {
  const names = random.some(accumulatorNames, 1, 4);
  return Object.fromEntries(
    names.map((name, i) => [`v${i}`, { [name]: name === "$count" ? {} : random.pick(references) }]),
  );
}

/** Index keys, and whether they may be unique: of two fields of one array the pairs would have to be told apart. */
const indexKeys = [
  { paths: ["a"], mayBeUnique: true },
  { paths: ["b"], mayBeUnique: true },
  { paths: ["a", "b"], mayBeUnique: true },
  { paths: ["c", "_id"], mayBeUnique: true },
  { paths: ["d.x"], mayBeUnique: true },
  { paths: ["d.x", "b"], mayBeUnique: true },
  { paths: ["t"], mayBeUnique: true },
  { paths: ["e.x"], mayBeUnique: true },
  { paths: ["e.x", "e.y"], mayBeUnique: false },
  { paths: ["b", "t"], mayBeUnique: true },
  { paths: ["d"], mayBeUnique: false },
] as const satisfies readonly { paths: readonly string[]; mayBeUnique: boolean }[];

export function index(random: Random): ModelIndex {
  const { paths, mayBeUnique } = random.pick(indexKeys);
  const keys = paths.map((path) => [path, random.pick([1, -1] as const)] as const);
  const limit = random.whole(0, 5);
  const partial: ModelQuery | undefined =
    limit === 0
      ? random.pick<ModelQuery>([{ b: { $gt: new Int32(2) } }, { c: { $exists: true } }])
      : undefined;
  const name = keys.map(([path, direction]) => `${path}_${direction}`).join("_");
  return { name, keys, unique: mayBeUnique && random.chance(0.4), sparse: limit === 1, partial };
}
