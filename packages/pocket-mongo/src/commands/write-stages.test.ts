import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { doc } from "../bson/value.ts";
import { Store } from "../store/store.ts";
import { inProcess, type Plain } from "../testing/in-process.ts";
import { newUuid } from "./stored-document.ts";

const server = inProcess();
const sorted = (collection: string) => server.find(collection, { sort: { _id: 1 } });
const source = [
  { _id: 1, k: "a", n: 10 },
  { _id: 2, k: "b", n: 20 },
];

beforeEach(async () => {
  await server.fill("source", source);
  await server.fill("target", []);
});

// MongoDB manual, "$out (aggregation)".
describe("$out", () => {
  test("replaces the target's documents and keeps its indexes", async () => {
    await server.fill("target", [{ _id: 9, k: "z" }]);
    await server.ok({ createIndexes: "target", indexes: [{ key: { k: 1 }, name: "k_1", unique: true }] });
    expect(await server.aggregate("source", [{ $match: { n: { $gt: 5 } } }, { $out: "target" }])).toEqual([]);
    expect(await sorted("target")).toEqual(source);
    const indexes = await server.ok({ listIndexes: "target" });
    expect(indexes).toMatchObject({
      cursor: { firstBatch: [{ name: "_id_" }, { name: "k_1", unique: true }] },
    });
    expect((await server.ok({ validate: "target" })).valid).toBe(true);
  });

  test("leaves everything as it was when a document conflicts with an index of the target", async () => {
    await server.fill("target", [{ _id: 9, k: "z" }]);
    await server.ok({ createIndexes: "target", indexes: [{ key: { c: 1 }, name: "c_1", unique: true }] });
    const pipeline = [{ $addFields: { c: 1 } }, { $out: "target" }];
    expect(await server.run({ aggregate: "source", pipeline, cursor: {} })).toMatchObject({
      ok: 0,
      code: 11000,
    });
    expect(await sorted("target")).toEqual([{ _id: 9, k: "z" }]);
    const names = (await server.ok({ listCollections: 1, nameOnly: true })).cursor as {
      firstBatch: { name: string }[];
    };
    expect(names.firstBatch.map((one) => one.name).filter((name) => name.startsWith("tmp"))).toEqual([]);
  });

  test("may name another database, and the collection it reads from", async () => {
    await server.aggregate("source", [{ $out: { db: "other", coll: "made" } }]);
    expect(await server.find("made", { $db: "other", sort: { _id: 1 } })).toEqual(source);
    await server.aggregate("source", [{ $match: { _id: 2 } }, { $out: "source" }]);
    expect(await sorted("source")).toEqual([source[1]]);
  });

  test("of nothing leaves an empty collection", async () => {
    await server.fill("target", [{ _id: 9 }]);
    await server.aggregate("source", [{ $match: { _id: 77 } }, { $out: "target" }]);
    expect(await sorted("target")).toEqual([]);
  });
});

test("what a crash has left of an $out is gone when the store opens again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pocket-mongo-out-"));
  const crashed = Store.open(folder);
  await crashed.write((view) => view.createCollection("d", "tmp.agg_out.1", doc({ temp: true }), newUuid()));
  await crashed.write((view) => view.createCollection("d", "kept", doc({}), newUuid()));
  await crashed.close();
  const again = Store.open(folder);
  // The removal is the first write; this one comes after it.
  const names = await again.write((view) => view.catalog.in("d").map((one) => one.name));
  expect(names).toEqual(["kept"]);
  await again.close();
  rmSync(folder, { recursive: true });
});

// MongoDB manual, "$merge (aggregation)", whenMatched and whenNotMatched.
describe("$merge", () => {
  const there = { _id: 1, k: "old", m: 1 };
  const two = { _id: 2, k: "b", n: 20 };
  test.each<[string, Plain, Plain[]]>([
    ["by default merges fields and inserts", {}, [{ _id: 1, k: "a", m: 1, n: 10 }, two]],
    ["replace", { whenMatched: "replace" }, [{ _id: 1, k: "a", n: 10 }, two]],
    ["keepExisting", { whenMatched: "keepExisting" }, [there, two]],
    ["discard", { whenNotMatched: "discard" }, [{ _id: 1, k: "a", m: 1, n: 10 }]],
    [
      "a pipeline sees the old document as its root and the new one as $$new",
      { whenMatched: [{ $set: { m: { $add: ["$m", "$$new.n"] } } }] },
      [{ _id: 1, k: "old", m: 11 }, two],
    ],
    [
      "a pipeline with variables of its own",
      { let: { k: "$k" }, whenMatched: [{ $set: { k: "$$k" } }], whenNotMatched: "discard" },
      [{ _id: 1, k: "a", m: 1 }],
    ],
  ])("%s", async (_name, modes, expected) => {
    await server.fill("target", [there]);
    await server.aggregate("source", [{ $merge: { into: "target", ...(modes as object) } }]);
    expect(await sorted("target")).toEqual(expected);
    expect((await server.ok({ validate: "target" })).valid).toBe(true);
  });

  test.each<[string, Plain, number]>([
    ["fail on a match is a duplicate key", { whenMatched: "fail" }, 11000],
    ["fail on a miss", { whenNotMatched: "fail" }, 13113],
    ["fields without a unique index", { on: "k" }, 51183],
    ["modes that do not go together", { whenMatched: "fail", whenNotMatched: "discard" }, 51181],
    ["no field in `on`", { on: [] }, 51187],
    ["the same field twice in `on`", { on: ["_id", "_id"] }, 31465],
    ["an unknown mode", { whenMatched: "sometimes" }, 2],
    ["variables without a pipeline", { let: { a: 1 } }, 51199],
    ["another meaning of new", { let: { new: "$k" }, whenMatched: [{ $set: { a: 1 } }] }, 51273],
    ["a stage that no update has", { whenMatched: [{ $match: {} }] }, 72],
    ["an unknown field", { when: 1 }, 40415],
  ])("%s is refused", async (_name, modes, code) => {
    await server.fill("target", [there]);
    const pipeline = [{ $merge: { into: "target", ...(modes as object) } }];
    expect(await server.run({ aggregate: "source", pipeline, cursor: {} })).toMatchObject({ ok: 0, code });
  });

  test("on another unique field it finds the document there, whose _id may not change", async () => {
    await server.fill("target", [{ _id: 7, k: "a", old: true }]);
    await server.ok({ createIndexes: "target", indexes: [{ key: { k: 1 }, name: "k_1", unique: true }] });
    const merge = { $merge: { into: "target", on: "k" } };
    await server.aggregate("source", [{ $project: { _id: 0 } }, merge]);
    expect(await server.find("target", { filter: { k: "a" } })).toEqual([
      { _id: 7, k: "a", old: true, n: 10 },
    ]);
    expect(await server.run({ aggregate: "source", pipeline: [merge], cursor: {} })).toMatchObject({
      code: 66,
    });
    const missing = [{ $project: { k: 0 } }, merge];
    expect(await server.run({ aggregate: "source", pipeline: missing, cursor: {} })).toMatchObject({
      code: 51132,
    });
  });
});

test.each<[string, Plain[], number]>([
  ["before the end", [{ $out: "t" }, { $match: {} }], 40601],
  ["inside $lookup", [{ $lookup: { from: "c", as: "x", pipeline: [{ $out: "t" }] } }], 51047],
  ["inside $facet", [{ $facet: { a: [{ $merge: "t" }] } }], 40600],
  ["inside $unionWith", [{ $unionWith: { coll: "c", pipeline: [{ $out: "t" }] } }], 31441],
])("a stage that writes is refused %s", async (_where, pipeline, code) => {
  expect(await server.run({ aggregate: "source", pipeline, cursor: {} })).toMatchObject({ ok: 0, code });
});

// MongoDB manual, "renameCollection (database command)".
describe("renameCollection", () => {
  const rename = (fields: { readonly [name: string]: Plain }) =>
    server.run({ renameCollection: "d.source", $db: "admin", ...fields });

  test("takes documents and indexes along, also to another database", async () => {
    await server.ok({ createIndexes: "source", indexes: [{ key: { k: 1 }, name: "k_1", unique: true }] });
    expect(await rename({ to: "elsewhere.moved", dropTarget: true })).toEqual({ ok: 1 });
    expect(await server.find("moved", { $db: "elsewhere", filter: { k: "b" } })).toEqual([source[1]]);
    expect(await server.find("source")).toEqual([]);
    expect((await server.ok({ validate: "moved", $db: "elsewhere" })).valid).toBe(true);
  });

  test.each<[string, { readonly [name: string]: Plain }, number]>([
    ["a source that is not there", { renameCollection: "d.nothing", to: "d.x" }, 26],
    ["a target that is there", { to: "d.target" }, 48],
    ["itself", { to: "d.source" }, 20],
    ["no collection name", { to: "d" }, 73],
    ["another database than admin", { to: "d.x", $db: "d" }, 13],
  ])("%s is refused", async (_name, fields, code) => {
    await server.fill("target", [{ _id: 1 }]);
    expect(await rename(fields)).toMatchObject({ ok: 0, code });
  });

  test("drops a target where it is told to", async () => {
    await server.fill("target", [{ _id: 9 }]);
    expect(await rename({ to: "d.target", dropTarget: true })).toEqual({ ok: 1 });
    expect(await sorted("target")).toEqual(source);
  });
});

test.each(["drop", "renameCollection", "dropIndexes"])(
  "a cursor ends with code 175 after %s",
  async (command) => {
    await server.fill(
      "source",
      Array.from({ length: 50 }, (_, i) => ({ _id: i, k: i })),
    );
    await server.ok({ createIndexes: "source", indexes: [{ key: { k: 1 }, name: "k_1" }] });
    const { cursor } = await server.ok({ find: "source", filter: { k: { $gte: 0 } }, batchSize: 2 });
    const commands: Record<string, { readonly [name: string]: Plain }> = {
      drop: { drop: "source" },
      renameCollection: { renameCollection: "d.source", to: "d.away", dropTarget: true, $db: "admin" },
      dropIndexes: { dropIndexes: "source", index: "k_1" },
    };
    await server.ok(commands[command] as { readonly [name: string]: Plain });
    const { id } = cursor as { id: bigint };
    expect(await server.run({ getMore: id, collection: "source", batchSize: 100 })).toMatchObject({
      code: 175,
    });
  },
);
