import { expect, test } from "vitest";
import { type Doc, Double, doc, type Value } from "../bson/value.ts";
import { parseOperators } from "./update.ts";

const now = new Date(0);
const of = (...entries: [string, Value][]): Doc => new Map(entries);

function apply(document: Doc, update: Doc, options: { position?: number; arrayFilters?: Value[] } = {}): Doc {
  return parseOperators(update, options.arrayFilters).apply(document, {
    now,
    inserting: false,
    position: options.position,
  });
}

const rows = (): Value => [doc({ n: 1 }), doc({ n: 5 }), doc({ n: 9 })];

test.each<[string, Doc, Doc, Doc]>([
  ["$inc makes a field", doc({}), doc({ $inc: doc({ a: 2 }) }), doc({ a: 2 })],
  ["$inc of an int64", doc({ a: 1n }), doc({ $inc: doc({ a: 2 }) }), doc({ a: 3n })],
  ["$inc past int32", doc({ a: 2147483647 }), doc({ $inc: doc({ a: 1 }) }), doc({ a: 2147483648n })],
  [
    "$mul by a double",
    doc({ a: 3 }),
    doc({ $mul: doc({ a: new Double(0.5) }) }),
    doc({ a: new Double(1.5) }),
  ],
  [
    "$unset in an array leaves null",
    doc({ a: [1, 2] }),
    doc({ $unset: of(["a.0", 1]) }),
    doc({ a: [null, 2] }),
  ],
  [
    "$set past the end fills with null",
    doc({ a: [1] }),
    doc({ $set: of(["a.3", 4]) }),
    doc({ a: [1, null, null, 4] }),
  ],
  [
    "new fields come in the order of their names",
    doc({}),
    doc({ $set: doc({ b: 1, a: 2 }) }),
    doc({ a: 2, b: 1 }),
  ],
  [
    "$push with all its modifiers",
    doc({ a: [3, 1] }),
    doc({ $push: doc({ a: doc({ $each: [2], $sort: 1, $slice: 2 }) }) }),
    doc({ a: [1, 2] }),
  ],
  ["$pull by operator", doc({ a: [1, 5, 9] }), doc({ $pull: doc({ a: doc({ $gte: 5 }) }) }), doc({ a: [1] })],
  [
    "$pull by fields of objects",
    doc({ a: rows() }),
    doc({ $pull: doc({ a: doc({ $or: [doc({ n: 1 }), doc({ n: 9 })] }) }) }),
    doc({ a: [doc({ n: 5 })] }),
  ],
  ["$rename", doc({ a: 1, b: 2 }), doc({ $rename: doc({ a: "c" }) }), doc({ b: 2, c: 1 })],
  ["$bit", doc({ a: 13 }), doc({ $bit: doc({ a: doc({ and: 10 }) }) }), doc({ a: 8 })],
  [
    "all elements",
    doc({ a: rows() }),
    doc({ $inc: of(["a.$[].n", 1]) }),
    doc({ a: [doc({ n: 2 }), doc({ n: 6 }), doc({ n: 10 })] }),
  ],
])("%s", (_name, before, update, after) => {
  const result = apply(before, update);
  expect(result).toEqual(after);
  expect([...result.keys()]).toEqual([...after.keys()]);
});

test("array filters choose elements, and the positional operator the matched one", () => {
  const filtered = apply(doc({ a: rows() }), doc({ $set: of(["a.$[big].n", 0]) }), {
    arrayFilters: [of(["big.n", doc({ $gt: 4 })])],
  });
  expect(filtered).toEqual(doc({ a: [doc({ n: 1 }), doc({ n: 0 }), doc({ n: 0 })] }));
  expect(apply(doc({ a: rows() }), doc({ $set: of(["a.$.n", 0]) }), { position: 1 }).get("a")).toEqual([
    doc({ n: 1 }),
    doc({ n: 0 }),
    doc({ n: 9 }),
  ]);
});

test.each<[string, Doc, Doc, number]>([
  ["$inc of a text", doc({ a: "x" }), doc({ $inc: doc({ a: 1 }) }), 14],
  ["$inc past int64", doc({ a: 2n ** 63n - 1n }), doc({ $inc: doc({ a: 1 }) }), 2],
  ["a path through a number", doc({ a: 1 }), doc({ $set: of(["a.b", 1]) }), 28],
  ["two updates of one path", doc({}), doc({ $set: doc({ a: 1 }), $inc: of(["a.b", 1]) }), 40],
  ["another _id", doc({ _id: 1 }), doc({ $set: doc({ _id: 2 }) }), 66],
  ["an unknown operator", doc({}), doc({ $nosuch: doc({ a: 1 }) }), 9],
  ["$push to a number", doc({ a: 1 }), doc({ $push: doc({ a: 1 }) }), 2],
])("%s is refused", (_name, before, update, code) => {
  expect(() => apply(before, update)).toThrow(expect.objectContaining({ code }));
});
