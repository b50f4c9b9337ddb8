import { beforeEach, describe, expect, test } from "vitest";
import { BSONRegExp, bsonUndefined, Decimal128, Double, MinKey } from "../../bson/value.ts";
import { inProcess, type Plain } from "../in-process.ts";

/**
 * Edge cases held against MongoDB's own words: each block names the page of the manual, one row a case. Whole numbers are int32,
 * `1n` is an int64, `Double` and `Decimal128` say what they are.
 */
const server = inProcess(() => new Date("2024-05-06T07:08:09Z"));
const decimal = (text: string) => Decimal128.fromString(text);
const ids = (rows: unknown[]) => rows.map((row) => (row as { _id: unknown })._id);

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
