import { describe, expect, test } from "vitest";
import { BSONRegExp, Decimal128, Double } from "../../bson/value.ts";
import { inProcess, type Plain } from "../in-process.ts";

/**
 * Edge cases held against MongoDB's own words: each block names the page of the manual, one row a case. Whole numbers are int32,
 * `1n` is an int64, `Double` and `Decimal128` say what they are.
 */
const server = inProcess(() => new Date("2024-05-06T07:08:09Z"));
const decimal = (text: string) => Decimal128.fromString(text);

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
