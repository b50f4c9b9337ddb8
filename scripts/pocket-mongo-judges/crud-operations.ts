import type { Document } from "bson";
import type { AnyBulkWriteOperation, Collection, Db, MongoClient } from "mongodb";
import type { Entities } from "./crud-suite.ts";

type Run = (entities: Entities, object: string, given: Document) => Promise<unknown>;

function collection(entities: Entities, id: string): Collection {
  const found = entities.collections.get(id);
  if (!found) throw new Error(`no collection ${id}`);
  return found;
}

function database(entities: Entities, id: string): Db {
  const found = entities.databases.get(id);
  if (!found) throw new Error(`no database ${id}`);
  return found;
}

function client(entities: Entities, id: string): MongoClient {
  const found = entities.clients.get(id);
  if (!found) throw new Error(`no client ${id}`);
  return found.client;
}

/** Bulk models come as {insertOne: {document}}, which the driver takes nearly as they are. */
function bulkModel(model: Document): AnyBulkWriteOperation {
  const [[name, { namespace: _namespace, ...rest }]] = Object.entries(model) as [[string, Document]];
  return { [name]: rest } as unknown as AnyBulkWriteOperation;
}

export const operations: Readonly<Record<string, Run>> = {
  insertOne: (entities, id, { document, ...options }) =>
    collection(entities, id).insertOne(document, options),
  insertMany: (entities, id, { documents, ...options }) =>
    collection(entities, id).insertMany(documents, options),
  find: (entities, id, { filter, ...options }) => collection(entities, id).find(filter, options).toArray(),
  findOne: (entities, id, { filter, ...options }) => collection(entities, id).findOne(filter, options),
  updateOne: (entities, id, { filter, update, ...options }) =>
    collection(entities, id).updateOne(filter, update, options),
  updateMany: (entities, id, { filter, update, ...options }) =>
    collection(entities, id).updateMany(filter, update, options),
  replaceOne: (entities, id, { filter, replacement, ...options }) =>
    collection(entities, id).replaceOne(filter, replacement, options),
  deleteOne: (entities, id, { filter, ...options }) => collection(entities, id).deleteOne(filter, options),
  deleteMany: (entities, id, { filter, ...options }) => collection(entities, id).deleteMany(filter, options),
  findOneAndUpdate: (entities, id, { filter, update, returnDocument, ...options }) =>
    collection(entities, id).findOneAndUpdate(filter, update, { ...options, ...returned(returnDocument) }),
  findOneAndReplace: (entities, id, { filter, replacement, returnDocument, ...options }) =>
    collection(entities, id).findOneAndReplace(filter, replacement, {
      ...options,
      ...returned(returnDocument),
    }),
  findOneAndDelete: (entities, id, { filter, ...options }) =>
    collection(entities, id).findOneAndDelete(filter, options),
  bulkWrite: (entities, id, { requests, ...options }) =>
    collection(entities, id).bulkWrite(requests.map(bulkModel), options),
  clientBulkWrite: (entities, id, { models, ...options }) =>
    client(entities, id).bulkWrite(
      models.map((model: Document) => {
        const [[name, rest]] = Object.entries(model) as [[string, Document]];
        return { name, ...rest };
      }),
      options,
    ),
  count: (entities, id, { filter, ...options }) => collection(entities, id).count(filter, options),
  countDocuments: (entities, id, { filter, ...options }) =>
    collection(entities, id).countDocuments(filter, options),
  estimatedDocumentCount: (entities, id, options) => collection(entities, id).estimatedDocumentCount(options),
  distinct: (entities, id, { fieldName, filter, ...options }) =>
    collection(entities, id).distinct(fieldName, filter, options),
  aggregate: (entities, id, { pipeline, ...options }) => {
    const target = entities.collections.get(id) ?? database(entities, id);
    return target.aggregate(pipeline, options).toArray();
  },
  runCommand: (entities, id, { command }) => database(entities, id).command(command),
  createCollection: (entities, id, { collection: name, ...options }) =>
    database(entities, id).createCollection(name, options),
  dropCollection: (entities, id, { collection: name }) => database(entities, id).dropCollection(name),
  createIndex: (entities, id, { keys, ...options }) => collection(entities, id).createIndex(keys, options),
  modifyCollection: (entities, id, { collection: name, ...options }) =>
    database(entities, id).command({ collMod: name, ...options }),
  failPoint: (entities, _id, { client: name, failPoint }) =>
    client(entities, name).db("admin").command(failPoint),
};

function returned(which: unknown): { returnDocument: "before" | "after" } | Record<string, never> {
  if (which === undefined) return {};
  return { returnDocument: which === "After" ? "after" : "before" };
}
