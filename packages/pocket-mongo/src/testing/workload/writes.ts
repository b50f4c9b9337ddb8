import { type Document, MongoBulkWriteError } from "mongodb";
import { keysOf } from "../model/collection.ts";
import type { ModelQuery } from "../model/query.ts";
import { matches } from "../model/query.ts";
import { ModelRefusal, refusalCodes } from "../model/refusal.ts";
import { type ModelUpdate, type UpdateContext, updated } from "../model/update.ts";
import { canonical, isIdentical, type ModelDocument } from "../model/value.ts";
import type { Random } from "../random.ts";
import * as generate from "./generate.ts";
import { Difference, expectSame, modelEnding, type Pair, serverEnding } from "./pair.ts";

/** One random operation on both sides; gives what it was, and throws Difference when they part. */
export type Action = (random: Random, pair: Pair, note: (what: Document) => void) => Promise<void>;

const insertOne: Action = async (random, pair, note) => {
  const document = generate.document(random);
  note({ insertOne: document });
  const expected = modelEnding(() => {
    pair.model.insert(document);
    return true;
  });
  const actual = await serverEnding(
    async () => (await pair.server.insertOne(document as Document)).acknowledged,
  );
  expectSame(expected, actual, "insertOne");
};

const insertMany: Action = async (random, pair, note) => {
  const documents = random.list(2, 8, () => generate.document(random));
  const ordered = random.chance(0.5);
  note({ insertMany: documents, ordered });
  const refused: number[] = [];
  for (const [i, document] of documents.entries()) {
    if ("value" in modelEnding(() => pair.model.insert(document))) continue;
    refused.push(i);
    if (ordered) break;
  }
  const actual = await pair.server.insertMany(documents as Document[], { ordered }).then(
    () => [],
    (error: unknown) => {
      if (!(error instanceof MongoBulkWriteError)) throw error;
      return [error.writeErrors].flat().map((one) => one.index);
    },
  );
  expectSame(refused, actual, "places of the refused documents");
};

/** Replaces one document of the model and tells whether it changed. */
function change(pair: Pair, document: ModelDocument, update: ModelUpdate, context: UpdateContext): boolean {
  const next = updated(document, update, context);
  pair.model.replace(next);
  return !isIdentical(document, next);
}

async function updateOneOf(
  pair: Pair,
  query: ModelQuery,
  update: ModelUpdate,
  options: { context?: UpdateContext; arrayFilters?: ModelQuery[] },
): Promise<void> {
  const [document] = pair.model.find(query);
  const context = { ...options.context, arrayFilters: options.arrayFilters ?? [] };
  const expected = modelEnding(() => ({
    matched: document ? 1 : 0,
    modified: document && change(pair, document, update, context) ? 1 : 0,
  }));
  const actual = await serverEnding(async () => {
    const { matchedCount, modifiedCount } = await pair.server.updateOne(
      query as Document,
      update as Document,
      {
        ...(options.arrayFilters?.length ? { arrayFilters: options.arrayFilters as Document[] } : {}),
      },
    );
    return { matched: matchedCount, modified: modifiedCount };
  });
  expectSame(expected, actual, "updateOne");
}

const updateOne: Action = async (random, pair, note) => {
  const query: ModelQuery = { _id: generate.anyId(random) };
  const update = generate.update(random);
  note({ updateOne: query, update });
  await updateOneOf(pair, query, update, {});
};

const updateAtPlace: Action = async (random, pair, note) => {
  const { path, condition, update } = generate.positional(random);
  const query: ModelQuery = { _id: generate.anyId(random), [path]: condition };
  const list = pair.model.find(query)[0]?.[path === "t" ? "t" : "e"];
  // A scalar that matches has no place to point at.
  if (list !== undefined && !Array.isArray(list)) return;
  const place = list?.findIndex((one) =>
    matches(path === "t" ? { t: one } : { e: [one] }, { [path]: condition }),
  );
  note({ updateOne: query, update, place });
  await updateOneOf(pair, query, update, { context: { place: place ?? 0 } });
};

const updateWithArrayFilters: Action = async (random, pair, note) => {
  const query: ModelQuery = { _id: generate.anyId(random) };
  const { update, arrayFilters } = generate.filtered(random);
  note({ updateOne: query, update, arrayFilters });
  await updateOneOf(pair, query, update, { arrayFilters });
};

const rename: Action = async (random, pair, note) => {
  const query: ModelQuery = { _id: generate.anyId(random), r: { $exists: false } };
  const update: ModelUpdate = { $rename: { [random.pick(["a", "b", "c"])]: "r" } };
  note({ updateOne: query, update });
  await updateOneOf(pair, query, update, {});
};

/** The server's clock says the value: it must be a moment of this call, and is then the model's as well. */
const currentDate: Action = async (random, pair, note) => {
  const query: ModelQuery = { _id: generate.anyId(random) };
  const update = { $currentDate: { stamped: true } };
  note({ findOneAndUpdate: query, update });
  const [document] = pair.model.find(query);
  const began = Date.now();
  const after = await pair.typed.findOneAndUpdate(query as Document, update as Document, {
    returnDocument: "after",
  });
  if (!document || !after) return expectSame(document === undefined, after === null, "$currentDate");
  const { stamped } = after;
  if (!(stamped instanceof Date) || stamped.getTime() < began || stamped.getTime() > Date.now())
    throw new Difference(`$currentDate gave ${canonical(stamped)}`);
  pair.model.replace({ ...document, stamped });
};

const upsert: Action = async (random, pair, note) => {
  const query: ModelQuery = { _id: generate.anyId(random), c: random.pick(["", "a", "b"]) };
  const update = generate.update(random);
  note({ upsert: query, update });
  const [document] = pair.model.find(query);
  const expected = modelEnding(() => {
    if (document) return { modified: change(pair, document, update, {}) ? 1 : 0, upserted: 0 };
    pair.model.insert(updated(query as ModelDocument, update, { isInsert: true }));
    return { modified: 0, upserted: 1 };
  });
  const actual = await serverEnding(async () => {
    const done = await pair.server.updateOne(query as Document, update as Document, { upsert: true });
    return { modified: done.modifiedCount, upserted: done.upsertedCount };
  });
  expectSame(expected, actual, "upsert");
};

const replaceOne: Action = async (random, pair, note) => {
  const { _id, ...replacement } = generate.document(random);
  const query = { _id } as ModelQuery;
  note({ replaceOne: query, replacement });
  const [document] = pair.model.find(query);
  const expected = modelEnding(() => {
    if (!document) return { matched: 0, modified: 0 };
    const next = { _id: document._id, ...replacement } as ModelDocument;
    pair.model.replace(next);
    return { matched: 1, modified: isIdentical(document, next) ? 0 : 1 };
  });
  const actual = await serverEnding(async () => {
    const done = await pair.server.replaceOne(query as Document, replacement as Document);
    return { matched: done.matchedCount, modified: Number((done as Document).modifiedCount) };
  });
  expectSame(expected, actual, "replaceOne");
};

/**
 * Which document an updateMany reaches first is the planner's choice, so a refusal may leave any part of them changed.
 * What must hold: it succeeds only if all can change, fails only for a reason, and leaves each either old or new.
 */
const updateMany: Action = async (random, pair, note) => {
  const query = generate.query(random);
  const update = generate.update(random);
  note({ updateMany: query, update });
  const before = pair.model.documents;
  const next = new Map<ModelDocument, ModelDocument>();
  const reasons = new Set<number>();
  for (const document of pair.model.find(query)) {
    const ending = modelEnding(() => updated(document, update, {}));
    if ("code" in ending) reasons.add(ending.code);
    else next.set(document, ending.value);
  }
  if (mayCollide(pair, next)) reasons.add(refusalCodes.DuplicateKey);
  const after = before.map((document) => next.get(document) ?? document);
  const ending = await serverEnding(() => pair.server.updateMany(query as Document, update as Document));
  if ("value" in ending) {
    if ([...reasons].some((code) => code !== refusalCodes.DuplicateKey))
      throw new Difference("updateMany succeeded where a document cannot take the update");
    const modified = [...next].filter(([old, made]) => !isIdentical(old, made)).length;
    expectSame(
      { matched: next.size, modified },
      { matched: ending.value.matchedCount, modified: ending.value.modifiedCount },
      "updateMany",
    );
    if ("code" in modelEnding(() => pair.model.checkUnique(after)))
      throw new Difference("updateMany left two documents with one unique key");
    pair.model.documents = after;
    return;
  }
  if (!reasons.has(ending.code))
    throw new Difference(`updateMany refused with ${ending.code}, the model with ${[...reasons]}`);
  await adopt(pair, before, next);
};

/** Whether a new key meets any other document's old or new one. */
function mayCollide(pair: Pair, next: ReadonlyMap<ModelDocument, ModelDocument>): boolean {
  return pair.model.indexes
    .filter((index) => index.unique)
    .some((index) => {
      const owners = new Map<string, Set<ModelDocument>>();
      for (const document of pair.model.documents) {
        const versions = [document, next.get(document) ?? document];
        for (const key of versions.flatMap((one) => [...keysOf(one, index)]))
          owners.set(key, (owners.get(key) ?? new Set()).add(document));
      }
      return [...owners.values()].some((documents) => documents.size > 1);
    });
}

async function adopt(
  pair: Pair,
  before: readonly ModelDocument[],
  next: ReadonlyMap<ModelDocument, ModelDocument>,
): Promise<void> {
  const stored = await pair.stored();
  if (stored.length !== before.length)
    throw new Difference("a refused updateMany changed how many documents there are");
  for (const [i, document] of before.entries()) {
    const found = canonical(stored[i]);
    if (found !== canonical(document) && found !== canonical(next.get(document)))
      throw new Difference(`a refused updateMany left a document neither old nor new: ${found}`);
  }
  pair.model.checkUnique(stored);
  pair.model.documents = stored;
}

const deleteOne: Action = async (random, pair, note) => {
  const query: ModelQuery = { _id: generate.anyId(random) };
  note({ deleteOne: query });
  const found = pair.model.find(query);
  pair.model.remove(found);
  expectSame(found.length, (await pair.server.deleteOne(query as Document)).deletedCount, "deleteOne");
};

const deleteMany: Action = async (random, pair, note) => {
  const query: ModelQuery = {
    $and: [generate.query(random), { _id: { $mod: [3, random.whole(0, 2)] as never } }],
  };
  note({ deleteMany: query });
  const found = pair.model.find(query);
  pair.model.remove(found);
  expectSame(found.length, (await pair.server.deleteMany(query as Document)).deletedCount, "deleteMany");
};

/** The server takes the index just when no two documents share a key of it. */
const createIndex: Action = async (random, pair, note) => {
  const index = generate.index(random);
  const keys = (one: { keys: readonly (readonly [string, 1 | -1])[] }) => JSON.stringify(one.keys);
  if (pair.model.indexes.some((one) => keys(one) === keys(index))) return;
  note({ createIndex: index });
  const expected = modelEnding(() => {
    if (index.unique) checkKeys(pair, index);
    return index.name;
  });
  if ("value" in expected) pair.model.indexes.push(index);
  const actual = await serverEnding(() =>
    pair.server.createIndex(Object.fromEntries(index.keys), {
      name: index.name,
      unique: index.unique,
      ...(index.sparse ? { sparse: true } : {}),
      ...(index.partial ? { partialFilterExpression: index.partial as Document } : {}),
    }),
  );
  expectSame(expected, actual, "createIndex");
};

function checkKeys(pair: Pair, index: Parameters<typeof keysOf>[1]): void {
  const seen = new Set<string>();
  for (const document of pair.model.documents) {
    for (const key of keysOf(document, index)) {
      if (seen.has(key)) throw new ModelRefusal("DuplicateKey");
      seen.add(key);
    }
  }
}

const dropIndex: Action = async (random, pair, note) => {
  if (pair.model.indexes.length === 0) return;
  const [index] = pair.model.indexes.splice(random.whole(0, pair.model.indexes.length - 1), 1);
  note({ dropIndex: index?.name });
  await pair.server.dropIndex(index?.name ?? "");
};

/** Writes with their weight in the mixture. */
export const writes = [
  [6, insertOne],
  [3, insertMany],
  [7, updateOne],
  [3, updateAtPlace],
  [3, updateWithArrayFilters],
  [1, rename],
  [1, currentDate],
  [3, upsert],
  [2, replaceOne],
  [4, updateMany],
  [1, deleteOne],
  [1, deleteMany],
  [3, createIndex],
  [1, dropIndex],
] as const satisfies readonly (readonly [number, Action])[];
