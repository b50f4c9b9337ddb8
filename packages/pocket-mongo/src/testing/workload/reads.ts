import type { Document } from "mongodb";
import { keysOf, sorted } from "../model/collection.ts";
import { piped } from "../model/pipeline.ts";
import { projected } from "../model/projection.ts";
import { total } from "../model/total.ts";
import { updated } from "../model/update.ts";
import { compare, type ModelDocument, type ModelValue } from "../model/value.ts";
import * as generate from "./generate.ts";
import { expectSame, expectSameList, expectSameSet, modelEnding, type Pair, serverEnding } from "./pair.ts";
import type { Action } from "./writes.ts";

const find: Action = async (random, pair, note) => {
  const query = generate.query(random);
  const projection = random.chance(0.4) ? generate.projection(random) : {};
  const batchSize = random.pick([1, 2, 5, 101]);
  note({ find: query, projection, batchSize });
  const expected = pair.model.find(query).map((one) => projected(one, projection));
  const actual = await pair.typed.find(query as Document, { projection, batchSize }).toArray();
  expectSameSet(expected, actual, "find");
};

const findSorted: Action = async (random, pair, note) => {
  const query = generate.query(random);
  const sort = generate.sort(random);
  const skip = random.chance(0.3) ? random.whole(0, 5) : 0;
  const limit = random.chance(0.5) ? random.whole(1, 8) : 0;
  const batchSize = random.pick([1, 3, 101]);
  note({ find: query, sort, skip, limit, batchSize });
  const expected = sorted(pair.model.find(query), sort).slice(skip, limit === 0 ? undefined : skip + limit);
  const actual = await pair.typed
    .find(query as Document, { sort: new Map(sort), skip, limit, batchSize })
    .toArray();
  expectSameList(expected, actual, "sorted find");
};

const countDocuments: Action = async (random, pair, note) => {
  const query = generate.query(random);
  note({ countDocuments: query });
  expectSame(
    pair.model.find(query).length,
    await pair.server.countDocuments(query as Document),
    "countDocuments",
  );
};

/** Equal values of different types are one value; which of them is given back is not said. */
const unique = (values: readonly ModelValue[]): ModelValue[] =>
  [...values].sort(compare).filter((one, i, all) => i === 0 || compare(one, all[i - 1]) !== 0);

const distinct: Action = async (random, pair, note) => {
  const query = generate.query(random);
  const field = random.pick(["a", "b", "c", "t"]);
  note({ distinct: field, query });
  const expected = unique(
    pair.model.find(query).flatMap((one) => {
      const value = one[field];
      return value === undefined ? [] : Array.isArray(value) ? value : [value];
    }),
  );
  const command = { distinct: pair.server.collectionName, key: field, query };
  const { values } = await pair.server.db.command(command, { promoteValues: false });
  const actual = unique(values as ModelValue[]);
  expectSame(expected.length, actual.length, "how many distinct values");
  expected.forEach((one, i) => {
    if (compare(one, actual[i]) !== 0) expectSame(one, actual[i], `distinct value ${i}`);
  });
};

const group: Action = async (random, pair, note) => {
  const query = generate.query(random);
  note({ group: query });
  const groups = new Map<ModelValue, ModelDocument[]>();
  for (const document of pair.model.find(query)) {
    const key = document.c ?? null;
    const name = [...groups.keys()].find((one) => compare(one, key) === 0) ?? key;
    groups.set(name, [...(groups.get(name) ?? []), document]);
  }
  const expected = [...groups]
    .sort(([a], [b]) => compare(a, b))
    .map(([, members]) => ({ count: members.length, total: total(members.map((one) => one.b)) }));
  const actual = await pair.typed
    .aggregate([
      { $match: query },
      { $group: { _id: "$c", count: { $sum: 1 }, total: { $sum: "$b" } } },
      { $sort: { _id: 1 } },
    ])
    .toArray();
  expectSameList(
    expected.map((one) => one.count),
    actual.map((one) => Number(one.count)),
    "count of a group",
  );
  expected.forEach((one, i) => {
    if (one.total) expectSame(one.total, actual[i]?.total, `total of group ${i}`);
  });
};

/** Groups come in no certain order, and neither do the elements of a set. */
const comparable = (row: ModelDocument, sets: ReadonlySet<string>): ModelDocument =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      sets.has(name) && Array.isArray(value) ? [...value].sort(compare) : value,
    ]),
  );

const aggregate: Action = async (random, pair, note) => {
  const stages = generate.pipeline(random);
  note({ aggregate: stages });
  const group = stages.flatMap((stage) => ("$group" in stage ? Object.entries(stage.$group) : []));
  const sets = new Set(
    group.filter(([, one]) => typeof one !== "string" && "$addToSet" in one).map(([name]) => name),
  );
  const expected = piped(pair.model.documents, stages).map((row) => comparable(row, sets));
  const actual = (await pair.typed.aggregate(stages as Document[]).toArray()).map((row, i) =>
    comparable(said(expected[i], row as ModelDocument), sets),
  );
  const last = stages[stages.length - 1] as object;
  if ("$group" in last || "$sortByCount" in last) expectSameSet(expected, actual, "aggregate");
  else expectSameList(expected, actual, "aggregate");
};

/** Sums that the model leaves open are not compared. */
function said(expected: ModelDocument | undefined, row: ModelDocument): ModelDocument {
  const open = Object.entries(expected ?? {}).filter(([, value]) => value === "not said");
  return { ...row, ...Object.fromEntries(open) };
}

const findOneAndUpdate: Action = async (random, pair, note) => {
  const query = generate.query(random);
  const sort = generate.sort(random);
  const update = generate.update(random);
  const returnDocument = random.pick(["before", "after"] as const);
  note({ findOneAndUpdate: query, update, sort, returnDocument });
  const [document] = sorted(pair.model.find(query), sort);
  const expected = modelEnding(() => {
    if (!document) return null;
    const next = updated(document, update, {});
    pair.model.replace(next);
    return returnDocument === "after" ? next : document;
  });
  const actual = await serverEnding(() =>
    pair.typed.findOneAndUpdate(query as Document, update as Document, {
      sort: new Map(sort),
      returnDocument,
    }),
  );
  expectSame(expected, actual, "findOneAndUpdate");
};

const findOneAndDelete: Action = async (random, pair, note) => {
  const query = generate.query(random);
  const sort = generate.sort(random);
  note({ findOneAndDelete: query, sort });
  const found = sorted(pair.model.find(query), sort).slice(0, 1);
  pair.model.remove(found);
  const actual = await pair.typed.findOneAndDelete(query as Document, { sort: new Map(sort) });
  expectSame(found[0] ?? null, actual, "findOneAndDelete");
};

/** Each index holds the documents it should, no more and no fewer, as a scan of it shows. */
export async function expectIndexesEqualDocuments(pair: Pair): Promise<void> {
  for (const index of pair.model.indexes) {
    const expected = pair.model.documents.filter((one) => keysOf(one, index).size > 0);
    const actual = await pair.typed.find((index.partial ?? {}) as Document, { hint: index.name }).toArray();
    expectSameSet(expected, actual, `a scan of index ${index.name}`);
  }
}

/** Reads, and writes that answer with a document, with their weight in the mixture. */
export const reads = [
  [8, find],
  [8, findSorted],
  [3, countDocuments],
  [2, distinct],
  [2, group],
  [4, aggregate],
  [3, findOneAndUpdate],
  [1, findOneAndDelete],
] as const satisfies readonly (readonly [number, Action])[];
