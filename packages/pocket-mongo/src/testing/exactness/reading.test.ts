import { beforeEach, describe, expect, test } from "vitest";
import { Decimal128, Double } from "../../bson/value.ts";
import { inProcess, type Plain } from "../in-process.ts";

/**
 * Edge cases held against MongoDB's own words: each block names the page of the manual, one row a case. Whole numbers are int32,
 * `1n` is an int64, `Double` and `Decimal128` say what they are.
 */
const server = inProcess(() => new Date("2024-05-06T07:08:09Z"));
const decimal = (text: string) => Decimal128.fromString(text);
const ids = (rows: unknown[]) => rows.map((row) => (row as { _id: unknown })._id);

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
  test("$lookup bounds what it holds for one document", async () => {
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
