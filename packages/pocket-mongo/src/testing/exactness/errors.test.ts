import { beforeEach, describe, expect, test } from "vitest";
import { Double } from "../../bson/value.ts";
import { inProcess, type Plain } from "../in-process.ts";

/**
 * Edge cases held against MongoDB's own words: each block names the page of the manual, one row a case. Whole numbers are int32,
 * `1n` is an int64, `Double` and `Decimal128` say what they are.
 */
const server = inProcess(() => new Date("2024-05-06T07:08:09Z"));
const ids = (rows: unknown[]) => rows.map((row) => (row as { _id: unknown })._id);

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
