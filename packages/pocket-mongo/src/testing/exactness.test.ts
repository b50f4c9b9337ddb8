import { beforeEach, describe, expect, test } from "vitest";
import { BSONRegExp, bsonUndefined, Decimal128, Double, MaxKey, MinKey, ObjectId } from "../bson/value.ts";
import { inProcess, type Plain } from "./in-process.ts";

/**
 * Edge cases against MongoDB's own words: each block names the page of the manual, one row a case. Whole numbers are int32,
 * `1n` is an int64, `Double` and `Decimal128` say what they are.
 */
const server = inProcess(() => new Date("2024-05-06T07:08:09Z"));
const decimal = (text: string) => Decimal128.fromString(text);
const ids = (rows: unknown[]) => rows.map((row) => (row as { _id: unknown })._id);

async function changed(
  before: Plain,
  update: Plain,
  rest: { readonly [name: string]: Plain } = {},
): Promise<unknown> {
  await server.fill("c", [{ _id: 1, ...(before as object) }]);
  const { q = {}, ...options } = rest;
  const reply = await server.run({ update: "c", updates: [{ q, u: update, ...options }] });
  if (reply.writeErrors) return { code: (reply.writeErrors as { code: number }[])[0]?.code };
  if (reply.ok !== 1) return { code: reply.code };
  const [{ _id, ...fields }] = (await server.find("c")) as [{ _id: unknown }];
  return fields;
}

async function upserted(filter: Plain, update: Plain): Promise<unknown> {
  await server.fill("c", []);
  const reply = await server.run({ update: "c", updates: [{ q: filter, u: update, upsert: true }] });
  if (reply.writeErrors) return { code: (reply.writeErrors as { code: number }[])[0]?.code };
  const [row] = await server.find("c", { projection: { _id: 0 } });
  return row;
}

// Manual: "BSON Comparison Order", "$gt", "Query for Null or Missing Fields", "Query an Array".
describe("matching", () => {
  const values: readonly (readonly [number, Plain])[] = [
    [1, 5],
    [2, 5n],
    [3, new Double(5)],
    [4, decimal("5")],
    [5, "5"],
    [6, null],
    [7, [5, 6]],
    [8, [[5]]],
    [9, {}],
    [10, true],
    [11, new Double(Number.NaN)],
    [12, []],
    [13, new Date(5)],
    [14, { b: 5 }],
    [15, [{ b: 5 }, { b: 7 }]],
    [16, new BSONRegExp("^5", "")],
  ];
  beforeEach(async () => {
    await server.fill("m", [...values.map(([_id, a]) => ({ _id, a })), { _id: 17 }]);
  });
  test.each<[string, Plain, number[]]>([
    ["numbers are equal across their types", { a: 5 }, [1, 2, 3, 4, 7]],
    ["an array equals itself whole and by an element", { a: [5] }, [8]],
    ["null finds missing fields too", { a: null }, [6, 17]],
    ["$exists finds what is there, null included", { a: { $exists: false } }, [17]],
    ["$type null finds only null", { a: { $type: "null" } }, [6]],
    ["$type of an array asks its elements, and the array itself", { a: { $type: "array" } }, [7, 8, 12, 15]],
    ["$type number", { a: { $type: "number" } }, [1, 2, 3, 4, 7, 11]],
    ["ranges stay within their type", { a: { $gt: 4 } }, [1, 2, 3, 4, 7]],
    ["a range of strings", { a: { $gte: "" } }, [5]],
    ["$gte null finds null and missing", { a: { $gte: null } }, [6, 17]],
    ["$lt NaN finds nothing", { a: { $lt: new Double(Number.NaN) } }, []],
    ["$lte NaN finds NaN", { a: { $lte: new Double(Number.NaN) } }, [11]],
    ["NaN equals NaN", { a: new Double(Number.NaN) }, [11]],
    [
      "$ne also answers where the field is missing",
      { a: { $ne: 5 } },
      [5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    ],
    [
      "$not of a range keeps what can't be compared",
      { a: { $not: { $gt: 4 } } },
      [5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    ],
    ["$size", { a: { $size: 2 } }, [7, 15]],
    ["$elemMatch with operators wants one element", { a: { $elemMatch: { $gt: 5, $lt: 7 } } }, [7]],
    ["two conditions may be met by two elements", { a: { $gt: 5, $lt: 6 } }, [7]],
    ["a dotted path enters arrays", { "a.b": 7 }, [15]],
    ["$elemMatch with fields wants one element", { a: { $elemMatch: { b: { $gt: 5 } } } }, [15]],
    ["a position in the path", { "a.0": 5 }, [7]],
    ["a document is equal field by field, in order", { a: { b: 5 } }, [14, 15]],
    ["$all of one value", { a: { $all: [5, 6] } }, [7]],
    ["$all of an array", { a: { $all: [[5]] } }, [8]],
    ["$all of nothing finds nothing", { a: { $all: [] } }, []],
    ["$in of null finds missing", { a: { $in: [null, "5"] } }, [5, 6, 17]],
    ["$in with a pattern", { a: { $in: [new BSONRegExp("^5", "")] } }, [5, 16]],
    ["$mod truncates", { a: { $mod: [new Double(4.5), 1] } }, [1, 2, 3, 4, 7]],
    [
      "$gt MinKey finds all that is there",
      { a: { $gt: new MinKey() } },
      ids(values.map(([_id]) => ({ _id }))) as number[],
    ],
    ["$nor", { $nor: [{ a: { $exists: true } }] }, [17]],
    ["$expr compares any types", { $expr: { $gt: ["$a", 5] } }, [5, 7, 8, 9, 10, 12, 13, 14, 15, 16]],
  ])("%s", async (_name, filter, expected) => {
    expect(ids(await server.find("m", { filter, sort: { _id: 1 } }))).toEqual(expected);
  });

  test.each<[string, Plain, number]>([
    ["$expr inside $elemMatch", { a: { $elemMatch: { $expr: true } } }, 2],
    ["an unknown operator", { a: { $near2: 1 } }, 2],
    ["$in without an array", { a: { $in: 1 } }, 2],
    ["undefined", { a: bsonUndefined }, 2],
    ["$where", { $where: "true" }, 2],
    ["a collation", {}, 238],
  ])("%s is refused", async (name, filter, code) => {
    const collation = name === "a collation" ? { collation: { locale: "en" } } : {};
    expect(await server.run({ find: "m", filter, ...collation })).toMatchObject({ ok: 0, code });
  });

  // Manual: "cursor.sort()", "Ascending/Descending Sort", comparison of arrays by their least or greatest element.
  test.each<[string, Plain, number[]]>([
    [
      "ascending, missing as null and empty arrays below it",
      { a: 1, _id: 1 },
      [12, 6, 17, 11, 1, 2, 3, 4, 7, 5, 9, 14, 15, 8, 10, 13, 16],
    ],
    [
      "descending, arrays by their greatest element",
      { a: -1, _id: 1 },
      [16, 13, 10, 8, 15, 14, 9, 5, 7, 1, 2, 3, 4, 11, 6, 17, 12],
    ],
  ])("sort %s", async (_name, sort, expected) => {
    expect(ids(await server.find("m", { sort }))).toEqual(expected);
    await server.ok({ createIndexes: "m", indexes: [{ key: { a: 1 }, name: "a_1" }] });
    expect(ids(await server.find("m", { sort, hint: "a_1" }))).toEqual(expected);
  });
});

// Manual: "$inc", "$mul", "$min", "$max", "$bit", "$currentDate", "$rename", "$unset", "$setOnInsert", "BSON Types".
describe("updating fields", () => {
  test.each<[string, Plain, Plain, Plain]>([
    ["$inc int32 grows to int64", { n: 2147483647 }, { $inc: { n: 1 } }, { n: 2147483648n }],
    ["$inc int64 and int32 stay int64", { n: 1n }, { $inc: { n: 1 } }, { n: 2n }],
    ["$inc int64 past its end is an error", { n: 2n ** 63n - 1n }, { $inc: { n: 1 } }, { code: 2 }],
    ["$inc by a double gives a double", { n: 1 }, { $inc: { n: new Double(1) } }, { n: new Double(2) }],
    ["$inc by a decimal gives a decimal", { n: 1 }, { $inc: { n: decimal("0.1") } }, { n: decimal("1.1") }],
    ["$inc of a missing field sets it", {}, { $inc: { n: 3n } }, { n: 3n }],
    ["$inc of null is an error", { n: null }, { $inc: { n: 1 } }, { code: 14 }],
    ["$mul of a missing field is zero of its type", {}, { $mul: { n: 5n } }, { n: 0n }],
    ["$mul grows", { n: 2147483647 }, { $mul: { n: 2 } }, { n: 4294967294n }],
    ["$min compares across types", { n: "a" }, { $min: { n: 5 } }, { n: 5 }],
    ["$max keeps an equal value's type", { n: 5 }, { $max: { n: new Double(5) } }, { n: 5 }],
    ["$bit and of int32", { n: 13 }, { $bit: { n: { and: 10 } } }, { n: 8 }],
    ["$bit xor with int64", { n: 1 }, { $bit: { n: { xor: 5n } } }, { n: 4n }],
    ["$bit of a double is an error", { n: new Double(1) }, { $bit: { n: { or: 1 } } }, { code: 2 }],
    ["$currentDate", {}, { $currentDate: { d: true } }, { d: new Date("2024-05-06T07:08:09Z") }],
    ["$rename", { a: 1 }, { $rename: { a: "b.c" } }, { b: { c: 1 } }],
    ["$rename of nothing changes nothing", { a: 1 }, { $rename: { x: "y" } }, { a: 1 }],
    ["$unset of an element leaves null", { a: [1, 2, 3] }, { $unset: { "a.1": "" } }, { a: [1, null, 3] }],
    ["$set makes the documents on its way", {}, { $set: { "a.b.c": 1 } }, { a: { b: { c: 1 } } }],
    ["$set past the end fills with null", { a: [1] }, { $set: { "a.3": 4 } }, { a: [1, null, null, 4] }],
    ["$set through a scalar is an error", { a: 1 }, { $set: { "a.b": 1 } }, { code: 28 }],
    ["$set through null is an error", { a: null }, { $set: { "a.b": 1 } }, { code: 28 }],
    ["new fields come in the order of their names", {}, { $set: { c: 1, a: 1, b: 1 } }, { a: 1, b: 1, c: 1 }],
    ["numeric names come in their numeric order", {}, { $set: { "10": 1, "9": 1 } }, { "9": 1, "10": 1 }],
    ["two operators on one path conflict", {}, { $set: { a: 1 }, $inc: { a: 1 } }, { code: 40 }],
    ["a path and one inside it conflict", {}, { $set: { a: 1, "a.b": 1 } }, { code: 40 }],
    ["_id can't change", {}, { $set: { _id: 2 } }, { code: 66 }],
    ["an empty path", {}, { $set: { "": 1 } }, { code: 56 }],
  ])("%s", async (_name, before, update, expected) => {
    expect(await changed(before, update)).toEqual(expected);
  });
});

// Manual: "$push", "$addToSet", "$pull", "$pop", "$ (update)", "$[]", "$[<identifier>]".
describe("updating arrays", () => {
  const a = [1, 5, 3];
  test.each<[string, Plain, Plain, { readonly [name: string]: Plain }, Plain]>([
    ["$push with $position", { a }, { $push: { a: { $each: [9], $position: 1 } } }, {}, { a: [1, 9, 5, 3] }],
    ["$push from the end", { a }, { $push: { a: { $each: [9], $position: -1 } } }, {}, { a: [1, 5, 9, 3] }],
    [
      "$push sorts before it slices",
      { a },
      { $push: { a: { $each: [4], $slice: -2, $sort: 1 } } },
      {},
      { a: [4, 5] },
    ],
    ["$push slices to nothing", { a }, { $push: { a: { $each: [4], $slice: 0 } } }, {}, { a: [] }],
    [
      "$push sorts documents by a field",
      { a: [{ n: 2 }] },
      { $push: { a: { $each: [{ n: 1 }], $sort: { n: 1 } } } },
      {},
      { a: [{ n: 1 }, { n: 2 }] },
    ],
    ["$push on what is no array", { a: 1 }, { $push: { a: 1 } }, {}, { code: 2 }],
    [
      "$addToSet compares numbers by value",
      { a },
      { $addToSet: { a: { $each: [new Double(5), 6] } } },
      {},
      { a: [1, 5, 3, 6] },
    ],
    [
      "$addToSet compares documents in their order",
      { a: [{ x: 1, y: 1 }] },
      { $addToSet: { a: { y: 1, x: 1 } } },
      {},
      {
        a: [
          { x: 1, y: 1 },
          { y: 1, x: 1 },
        ],
      },
    ],
    ["$pull by operators", { a }, { $pull: { a: { $gte: 3 } } }, {}, { a: [1] }],
    [
      "$pull by fields of documents",
      { a: [{ n: 1, m: 2 }, { n: 2 }, 3] },
      { $pull: { a: { n: 1 } } },
      {},
      { a: [{ n: 2 }, 3] },
    ],
    ["$pullAll wants equality", { a: [1, [1], 1] }, { $pullAll: { a: [[1]] } }, {}, { a: [1, 1] }],
    ["$pop the first", { a }, { $pop: { a: -1 } }, {}, { a: [5, 3] }],
    [
      "$ is the first that matched",
      { a },
      { $set: { "a.$": 0 } },
      { q: { a: { $gt: 2 } } },
      { a: [1, 0, 3] },
    ],
    [
      "$ of an $elemMatch",
      { a: [{ n: 1 }, { n: 2 }] },
      { $set: { "a.$.m": 0 } },
      { q: { a: { $elemMatch: { n: 2 } } } },
      { a: [{ n: 1 }, { n: 2, m: 0 }] },
    ],
    ["$ without a match in the query", { a }, { $set: { "a.$": 0 } }, {}, { code: 2 }],
    ["$[] is every element", { a }, { $inc: { "a.$[]": 1 } }, {}, { a: [2, 6, 4] }],
    [
      "$[id] is those its filter takes",
      { a },
      { $set: { "a.$[e]": 0 } },
      { arrayFilters: [{ e: { $gte: 3 } }] },
      { a: [1, 0, 0] },
    ],
    [
      "$[id] inside $[id]",
      { a: [{ b: [1, 2] }, { b: [3] }] },
      { $inc: { "a.$[x].b.$[y]": 10 } },
      { arrayFilters: [{ "x.b": 1 }, { y: 2 }] },
      { a: [{ b: [1, 12] }, { b: [3] }] },
    ],
    [
      "an array filter that nothing uses",
      { a },
      { $set: { b: 1 } },
      { arrayFilters: [{ e: 1 }] },
      { code: 9 },
    ],
    ["an identifier without a filter", { a }, { $set: { "a.$[e]": 1 } }, {}, { code: 2 }],
    ["$[] on a missing path", {}, { $set: { "a.$[]": 1 } }, {}, { code: 2 }],
  ])("%s", async (_name, before, update, rest, expected) => {
    expect(await changed(before, update, rest)).toEqual(expected);
  });
});

// Manual: "Update Documents", "upsert Option", "$setOnInsert".
describe("upsert begins with what the filter says", () => {
  test.each<[string, Plain, Plain, Plain]>([
    ["equality", { a: 1, b: { $eq: 2 } }, { $set: { c: 3 } }, { a: 1, b: 2, c: 3 }],
    ["dotted equality", { "a.b": 1 }, { $set: { c: 3 } }, { a: { b: 1 }, c: 3 }],
    [
      "$and, $or and $in of one",
      { $and: [{ a: 1 }], $or: [{ b: 2 }], c: { $in: [3] } },
      { $set: { d: 4 } },
      { a: 1, b: 2, c: 3, d: 4 },
    ],
    ["$all of one", { a: { $all: [1] } }, { $set: { b: 1 } }, { a: 1, b: 1 }],
    ["nothing of ranges", { a: { $gt: 1 } }, { $set: { b: 1 } }, { b: 1 }],
    [
      "nothing of a pattern alone in $in",
      { a: { $in: [new BSONRegExp("x", "")] } },
      { $set: { b: 1 } },
      { b: 1 },
    ],
    ["nothing of $or of two", { $or: [{ a: 1 }, { a: 2 }] }, { $set: { b: 1 } }, { b: 1 }],
    ["one path twice", { $and: [{ a: 1 }, { a: 2 }] }, { $set: { b: 1 } }, { code: 54 }],
    ["a path and one inside it", { a: { b: 1 }, "a.c": 2 }, { $set: { d: 1 } }, { code: 54 }],
    ["$setOnInsert", { a: 1 }, { $setOnInsert: { b: 2 } }, { a: 1, b: 2 }],
    ["a replacement takes nothing but _id", { a: 1 }, { b: 2 }, { b: 2 }],
  ])("%s", async (_name, filter, update, expected) => {
    expect(await upserted(filter, update)).toEqual(expected);
  });
});

// Manual: "Project Fields to Return from Query", "$ (projection)", "$elemMatch (projection)", "$slice (projection)".
describe("projection", () => {
  const row = {
    _id: 1,
    a: 1,
    d: { x: 1, y: [1, 2, 3] },
    l: [
      { n: 1, m: [1, 2] },
      { n: 2, m: [3, 4] },
    ],
  };
  beforeEach(() => server.fill("p", [row]));
  test.each<[string, Plain, Plain, Plain]>([
    ["inclusion", {}, { a: 1 }, { _id: 1, a: 1 }],
    ["without _id", {}, { a: 1, _id: 0 }, { a: 1 }],
    ["of _id alone", {}, { _id: 1 }, { _id: 1 }],
    ["exclusion through arrays", {}, { "l.m": 0, d: 0 }, { _id: 1, a: 1, l: [{ n: 1 }, { n: 2 }] }],
    ["nested as a document", {}, { d: { x: 1 } }, { _id: 1, d: { x: 1 } }],
    ["a computed field", {}, { b: { $add: ["$a", 1] } }, { _id: 1, b: 2 }],
    [
      "$slice keeps the other fields",
      {},
      { l: { $slice: -1 }, d: 0 },
      { _id: 1, a: 1, l: [row.l[1] as Plain] },
    ],
    ["$slice beside an inclusion", {}, { a: 1, "d.y": { $slice: 1 } }, { _id: 1, a: 1, d: { y: [1] } }],
    ["$slice beside an included _id", {}, { _id: 1, "d.y": { $slice: 1 } }, { _id: 1, d: { y: [1] } }],
    [
      "$slice in every document of an array",
      {},
      { _id: 0, "l.m": { $slice: [1, 1] } },
      {
        a: 1,
        d: row.d,
        l: [
          { n: 1, m: [2] },
          { n: 2, m: [4] },
        ],
      },
    ],
    ["$elemMatch", {}, { l: { $elemMatch: { n: 2 } } }, { _id: 1, l: [row.l[1] as Plain] }],
    ["$elemMatch of none leaves the field out", {}, { l: { $elemMatch: { n: 9 } } }, { _id: 1 }],
    ["positional", { "l.n": 2 }, { "l.$": 1 }, { _id: 1, l: [row.l[1] as Plain] }],
    [
      "positional below the array cuts the array",
      { "l.n": 2 },
      { "l.n.$": 1 },
      { _id: 1, l: [row.l[1] as Plain].map(() => ({ n: 2 })) },
    ],
  ])("%s", async (_name, filter, projection, expected) => {
    expect(await server.find("p", { filter, projection })).toEqual([expected]);
  });

  test.each<[string, Plain, Plain, number]>([
    ["inclusion after exclusion", {}, { a: 0, d: 1 }, 31253],
    ["exclusion after inclusion", {}, { a: 1, d: 0 }, 31254],
    ["a computed field in an exclusion", {}, { a: 0, b: { $add: [1, 1] } }, 31252],
    ["a path and one inside it", {}, { d: 1, "d.x": 1 }, 31250],
    ["positional without a matching array", { a: 1 }, { "l.$": 1 }, 51246],
    ["positional in the middle", { "l.n": 1 }, { "l.$.n": 1 }, 31394],
    ["two positional fields", { "l.n": 1 }, { "l.$": 1, "d.$": 1 }, 31276],
    ["positional and $elemMatch", { "l.n": 1 }, { "l.$": 1, d: { $elemMatch: { x: 1 } } }, 31255],
    ["$elemMatch below a field", {}, { "d.l": { $elemMatch: { n: 1 } } }, 31275],
  ])("%s is refused", async (_name, filter, projection, code) => {
    expect(await server.run({ find: "p", filter, projection })).toMatchObject({ ok: 0, code });
  });
});

// Manual: "$group", "$sum", "$addToSet", "distinct".
describe("identity of values", () => {
  const values = [
    1,
    new Double(1),
    1n,
    decimal("1"),
    new Double(-0),
    0,
    new Double(Number.NaN),
    new Double(Number.NaN),
    null,
  ];
  beforeEach(() => server.fill("g", [...values.map((v, _id) => ({ _id, v })), { _id: 99 }]));
  test("$group takes equal numbers, NaN, and null with missing together, and keeps the first", async () => {
    const groups = await server.aggregate("g", [
      { $group: { _id: "$v", n: { $sum: 1 } } },
      { $sort: { n: -1, _id: 1 } },
    ]);
    expect(groups).toEqual([
      { _id: 1, n: 4 },
      { _id: null, n: 2 },
      { _id: new Double(Number.NaN), n: 2 },
      { _id: new Double(-0), n: 2 },
    ]);
  });
  test("distinct and $addToSet keep the first of equal values", async () => {
    const { values: distinct } = await server.ok({ distinct: "g", key: "v" });
    expect(distinct).toEqual([1, new Double(-0), new Double(Number.NaN), null]);
    const [group] = await server.aggregate("g", [{ $group: { _id: null, set: { $addToSet: "$v" } } }]);
    expect(group).toEqual({ _id: null, set: [1, new Double(-0), new Double(Number.NaN), null] });
  });
  test.each<[string, Plain[], Plain]>([
    ["int32 alone stays int32", [1, 2], 3],
    ["int32 past its end is an int64", [2147483647, 1], 2147483648n],
    ["int64 past its end is a double", [2n ** 63n - 1n, 1n], new Double(2 ** 63)],
    ["a decimal wins", [1, new Double(0.5), decimal("0.25")], decimal("1.75")],
    ["what is no number does not count", [1, "2", null, [3]], 1],
    ["of nothing is zero", [], 0],
  ])("$sum of a group: %s", async (_name, summed, expected) => {
    await server.fill(
      "s",
      summed.map((v, _id) => ({ _id, v })),
    );
    await server.ok({ insert: "s", documents: [{ _id: "end" }] });
    const [group] = (await server.aggregate("s", [{ $group: { _id: null, sum: { $sum: "$v" } } }])) as [
      { sum: unknown },
    ];
    expect(group.sum).toEqual(expected);
  });
});

// Manual: "db.collection.bulkWrite()", "Write Operation Performance", "Error codes", "killCursors", "getMore".
describe("errors", () => {
  beforeEach(async () => {
    await server.fill("e", [{ _id: 1, a: 1, b: 1 }]);
    await server.ok({
      createIndexes: "e",
      indexes: [{ key: { a: 1, b: -1 }, name: "a_1_b_-1", unique: true }],
    });
  });
  test("E11000 names pattern and value", async () => {
    const { writeErrors } = await server.run({
      insert: "e",
      documents: [{ _id: 2, a: 1, b: new Double(1) }],
    });
    expect(writeErrors).toEqual([
      {
        index: 0,
        code: 11000,
        keyPattern: { a: 1, b: -1 },
        keyValue: { a: 1, b: new Double(1) },
        errmsg: "E11000 duplicate key error collection: d.e index: a_1_b_-1 dup key: { a: 1, b: 1.0 }",
      },
    ]);
  });
  test("unordered writes go on and report each failure in its place, ordered ones stop", async () => {
    const documents = [{ _id: 1 }, { _id: 2, a: 2 }, { _id: 3, a: 1, b: 1 }, { _id: 4, a: 4 }];
    const unordered = await server.run({ insert: "e", documents, ordered: false });
    expect(unordered).toMatchObject({ ok: 1, n: 2, writeErrors: [{ index: 0 }, { index: 2 }] });
    const ordered = await server.run({
      insert: "e",
      documents: [{ _id: 5, a: 5 }, { _id: 1 }, { _id: 6, a: 6 }],
    });
    expect(ordered).toMatchObject({ ok: 1, n: 1, writeErrors: [{ index: 1 }] });
    expect(ids(await server.find("e", { sort: { _id: 1 } }))).toEqual([1, 2, 4, 5]);
  });
  test("findAndModify gives the error of the command", async () => {
    await server.ok({ insert: "e", documents: [{ _id: 2, a: 2, b: 2 }] });
    const reply = await server.run({
      findAndModify: "e",
      query: { _id: 2 },
      update: { $set: { a: 1, b: 1 } },
    });
    expect(reply).toMatchObject({ ok: 0, code: 11000, codeName: "DuplicateKey", keyValue: { a: 1, b: 1 } });
  });
  test.each<[string, { readonly [name: string]: Plain }, number, string]>([
    ["a cursor that is not there", { getMore: 12345n, collection: "e" }, 43, "CursorNotFound"],
    ["an unknown command", { nonsense: 1 }, 59, "CommandNotFound"],
    ["an unknown field", { find: "e", nonsense: 1 }, 40415, "Location40415"],
    [
      "an unknown stage",
      { aggregate: "e", pipeline: [{ $nonsense: 1 }], cursor: {} },
      40324,
      "Location40324",
    ],
    ["an index hint that is not there", { find: "e", hint: "x_1" }, 2, "BadValue"],
    ["min and max, which are refused", { find: "e", min: { a: 1 }, hint: "a_1_b_-1" }, 238, "NotImplemented"],
    [
      "a transaction",
      { find: "e", txnNumber: 1n, startTransaction: true, autocommit: false },
      20,
      "IllegalOperation",
    ],
    ["a negative limit", { find: "e", limit: -1 }, 51024, "Location51024"],
  ])("%s", async (_name, command, code, codeName) => {
    expect(await server.run(command)).toMatchObject({ ok: 0, code, codeName });
  });
  test("killCursors tells which were there", async () => {
    await server.ok({
      insert: "e",
      documents: [
        { _id: 7, a: 7 },
        { _id: 8, a: 8 },
      ],
    });
    const { cursor } = await server.ok({ find: "e", batchSize: 1 });
    const { id } = cursor as { id: bigint };
    expect(await server.ok({ killCursors: "e", cursors: [id, 99n] })).toMatchObject({
      cursorsKilled: [id],
      cursorsNotFound: [99n],
    });
    expect(await server.run({ getMore: id, collection: "e" })).toMatchObject({ code: 43 });
  });
  test("a cursor lists each document once while others are moved along its index", async () => {
    await server.fill(
      "e",
      Array.from({ length: 300 }, (_, i) => ({ _id: i, a: i, b: 0 })),
    );
    const { cursor } = await server.ok({
      find: "e",
      filter: { a: { $gte: 0 } },
      hint: "_id_",
      batchSize: 10,
    });
    const { id, firstBatch } = cursor as { id: bigint; firstBatch: unknown[] };
    await server.ok({ update: "e", updates: [{ q: {}, u: { $inc: { a: 1000 } }, multi: true }] });
    const more = await server.ok({ getMore: id, collection: "e", batchSize: 1000 });
    const seen = ids([...firstBatch, ...(more.cursor as { nextBatch: unknown[] }).nextBatch]);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(300);
  });
});

// Manual: one page per expression operator ("Aggregation Operators").
describe("expressions", () => {
  const berlin = "Europe/Berlin";
  test.each<[string, Plain, Plain]>([
    ["$bitAnd", { $bitAnd: [12, 10] }, 8],
    ["$bitAnd of nothing", { $bitAnd: [] }, -1],
    ["$bitOr with an int64", { $bitOr: [1, 4n] }, 5n],
    ["$bitXor with null", { $bitXor: [1, null] }, null],
    ["$bitNot", { $bitNot: 5 }, -6],
    ["$sum of a list of fields", { $sum: ["$i", "$l"] }, 7],
    ["$sum of one array", { $sum: "$l" }, 6],
    ["$avg of nothing", { $avg: [] }, null],
    ["$max over types", { $max: ["$i", "a", null] }, "a"],
    ["$min of one array", { $min: "$l" }, 1],
    ["$stdDevPop", { $stdDevPop: [2, 4] }, new Double(1)],
    ["$unsetField", { $unsetField: { field: "x", input: { x: 1, y: 2 } } }, { y: 2 }],
    ["$setDifference keeps the order of the first", { $setDifference: [[3, 1, 2, 3], [1]] }, [3, 2]],
    ["$toString of a double has six digits", { $toString: new Double(1234567.5) }, "1.23457e+06"],
    ["$toString of a short double", { $toString: new Double(2.5) }, "2.5"],
    ["$toString of a whole double", { $toString: new Double(100) }, "100"],
    ["$strcasecmp knows only ASCII", { $strcasecmp: ["ä", "Ä"] }, 1],
    ["$divide of integers is a double", { $divide: [7, 2] }, new Double(3.5)],
    ["$mod keeps the sign of the dividend", { $mod: [-7, 3] }, -1],
    ["$trunc to tens", { $trunc: [1299, -2] }, 1200],
    ["$indexOfArray", { $indexOfArray: ["$l", 3] }, 2],
    ["$slice from the end", { $slice: ["$l", -2] }, [2, 3]],
    ["$arrayElemAt past the end is missing", { $ifNull: [{ $arrayElemAt: ["$l", 9] }, "none"] }, "none"],
    ["$cmp sorts missing below null", { $cmp: ["$missing", null] }, -1],
    [
      "$dateTrunc to a day of 23 hours",
      { $dateTrunc: { date: new Date("2024-03-31T21:30:00Z"), unit: "day", timezone: berlin } },
      new Date("2024-03-30T23:00:00Z"),
    ],
    [
      "$dateTrunc to a day of 25 hours",
      { $dateTrunc: { date: new Date("2024-10-27T22:30:00Z"), unit: "day", timezone: berlin } },
      new Date("2024-10-26T22:00:00Z"),
    ],
    [
      "$dateToString in a zone",
      { $dateToString: { date: new Date("2024-07-01T00:00:00Z"), format: "%H:%M %z", timezone: berlin } },
      "02:00 +0200",
    ],
    [
      "$dateToString in winter",
      { $dateToString: { date: new Date("2024-01-01T00:00:00Z"), format: "%H:%M %z", timezone: berlin } },
      "01:00 +0100",
    ],
    [
      "$dateDiff counts boundaries",
      {
        $dateDiff: {
          startDate: new Date("2024-12-31T23:59:59Z"),
          endDate: new Date("2025-01-01T00:00:00Z"),
          unit: "year",
        },
      },
      1n,
    ],
    [
      "$dateAdd of a day over the change of clocks",
      { $dateAdd: { startDate: new Date("2024-03-30T12:00:00Z"), unit: "day", amount: 1, timezone: berlin } },
      new Date("2024-03-31T11:00:00Z"),
    ],
    ["$convert with onError", { $convert: { input: "x", to: "int", onError: "bad" } }, "bad"],
    [
      "$toDate of an ObjectId",
      { $toDate: new ObjectId("65f000000000000000000000") },
      new Date(0x65f00000 * 1000),
    ],
    ["$type of MaxKey", { $type: new MaxKey() }, "maxKey"],
  ])("%s", async (_name, expression, expected) => {
    await server.fill("x", [{ _id: 1, i: 7, l: [1, 2, 3] }]);
    const [row] = (await server.aggregate("x", [{ $project: { v: expression } }])) as [{ v: unknown }];
    expect(row.v).toEqual(expected);
  });
  test.each<[string, Plain, number]>([
    ["$bitAnd of a double", { $bitAnd: [new Double(1), 1] }, 14],
    ["$sin, whose last digit depends on the machine", { $sin: 1 }, 238],
    ["$median, which MongoDB estimates", { $median: { input: [1], method: "approximate" } }, 238],
    ["binding CURRENT", { $let: { vars: { CURRENT: "$l" }, in: 1 } }, 238],
    ["text of an infinite double", { $toString: new Double(Number.POSITIVE_INFINITY) }, 238],
    ["$dateFromString with a format", { $dateFromString: { dateString: "1", format: "%Y" } }, 238],
  ])("%s is refused", async (_name, expression, code) => {
    await server.fill("x", [{ _id: 1 }]);
    const pipeline = [{ $project: { v: expression } }];
    expect(await server.run({ aggregate: "x", pipeline, cursor: {} })).toMatchObject({ ok: 0, code });
  });
});

// Manual: "$graphLookup (aggregation)", "$redact (aggregation)", "$lookup (aggregation)".
describe("stages", () => {
  test("$graphLookup follows each document once, at its least depth", async () => {
    const people = [
      ["Dev", null],
      ["Eliot", "Dev"],
      ["Ron", "Eliot"],
      ["Andrew", "Eliot"],
      ["Asya", "Ron"],
    ];
    await server.fill(
      "staff",
      people.map(([name, boss], _id) => ({ _id, name: name as string, boss: boss as string | null })),
    );
    const graph = {
      from: "staff",
      startWith: "$boss",
      connectFromField: "boss",
      connectToField: "name",
      as: "up",
      depthField: "depth",
    };
    const chain = async (options: object) => {
      const rows = await server.aggregate("staff", [
        { $match: { name: "Asya" } },
        { $graphLookup: { ...graph, ...options } },
      ]);
      return (rows[0] as { up: { name: string; depth: bigint }[] }).up.map((one) => [one.name, one.depth]);
    };
    expect(await chain({})).toEqual([
      ["Ron", 0n],
      ["Eliot", 1n],
      ["Dev", 2n],
    ]);
    expect(await chain({ maxDepth: 1 })).toEqual([
      ["Ron", 0n],
      ["Eliot", 1n],
    ]);
    expect(await chain({ restrictSearchWithMatch: { name: { $ne: "Eliot" } } })).toEqual([["Ron", 0n]]);
  });
  test("$graphLookup ends in a circle", async () => {
    await server.fill("ring", [
      { _id: 1, to: 2 },
      { _id: 2, to: [1, 3] },
      { _id: 3, to: 1 },
    ]);
    const graph = {
      from: "ring",
      startWith: "$to",
      connectFromField: "to",
      connectToField: "_id",
      as: "all",
    };
    const rows = await server.aggregate("ring", [{ $match: { _id: 1 } }, { $graphLookup: graph }]);
    expect(ids((rows[0] as { all: unknown[] }).all)).toEqual([2, 1, 3]);
  });
  test("$redact descends, prunes and keeps", async () => {
    await server.fill("r", [
      { _id: 1, level: 1, a: { level: 5, x: 1 }, b: { level: 3, c: [{ level: 5 }, { level: 2, y: 1 }, 7] } },
    ]);
    const verdict = { $cond: [{ $gt: ["$level", 4] }, "$$PRUNE", "$$DESCEND"] };
    expect(await server.aggregate("r", [{ $redact: verdict }])).toEqual([
      { _id: 1, level: 1, b: { level: 3, c: [{ level: 2, y: 1 }, 7] } },
    ]);
    expect(
      await server.aggregate("r", [
        { $redact: { $cond: [{ $eq: ["$$ROOT._id", "$_id"] }, "$$KEEP", "$$PRUNE"] } },
      ]),
    ).toHaveLength(1);
    expect(await server.run({ aggregate: "r", pipeline: [{ $redact: 1 }], cursor: {} })).toMatchObject({
      code: 17053,
    });
  });
  test("$lookup reads through an index, and bounds what it holds for one document", async () => {
    await server.fill("from", [{ _id: 1, k: 1 }]);
    await server.fill(
      "big",
      Array.from({ length: 5 }, (_, _id) => ({ _id, k: 1, text: "x".repeat(8 * 1024 * 1024) })),
    );
    await server.ok({ createIndexes: "big", indexes: [{ key: { k: 1 }, name: "k_1" }] });
    const lookup = (pipeline: Plain[]) => [
      { $lookup: { from: "big", localField: "k", foreignField: "k", as: "j", pipeline } },
    ];
    expect(await server.run({ aggregate: "from", pipeline: lookup([]), cursor: {} })).toMatchObject({
      code: 4568,
    });
    const [row] = (await server.aggregate("from", lookup([{ $project: { text: 0 } }]))) as [{ j: unknown[] }];
    expect(row.j).toHaveLength(5);
  });
});
