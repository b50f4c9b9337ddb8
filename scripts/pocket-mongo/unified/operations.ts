import type {
  AnyBulkWriteOperation,
  ClientBulkWriteModel,
  Collection,
  Db,
  Document,
  MongoClient,
} from "mongodb";
import { z } from "zod";

/** What a test's operation can be called on. */
export type Target = MongoClient | Db | Collection;

type Arguments = Readonly<Record<string, unknown>>;
type Run<On extends Target> = (on: On, given: Arguments) => Promise<unknown>;

const documentShape = z.record(z.string(), z.unknown());
const documentsShape = z.array(documentShape);
const doc = (value: unknown): Document => documentShape.parse(value);
const docs = (value: unknown): Document[] => documentsShape.parse(value);

/** The arguments that are options of the driver: all but those with a place of their own. */
function options(given: Arguments, ...placed: string[]): Document {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !placed.includes(name)));
}

/** An update or replacement is a document or a pipeline. */
function updateOf(value: unknown): Document | Document[] {
  return Array.isArray(value) ? docs(value) : doc(value);
}

const returnOptions = (given: Arguments, ...placed: string[]) => {
  const { returnDocument, ...rest } = options(given, ...placed);
  // The suite writes After and Before, the driver lower case.
  return returnDocument === undefined
    ? rest
    : { ...rest, returnDocument: String(returnDocument).toLowerCase() };
};

export const collectionOperations = {
  aggregate: (on, given) => on.aggregate(docs(given.pipeline), options(given, "pipeline")).toArray(),
  bulkWrite: async (on, given) => {
    // Shapes are the suite's business: the driver itself refuses what is wrong in them.
    const requests = docs(given.requests) as AnyBulkWriteOperation[];
    return on.bulkWrite(requests, options(given, "requests"));
  },
  count: (on, given) => on.count(doc(given.filter), options(given, "filter")),
  countDocuments: (on, given) => on.countDocuments(doc(given.filter), options(given, "filter")),
  createIndex: (on, given) => on.createIndex(doc(given.keys), options(given, "keys")),
  deleteMany: (on, given) => on.deleteMany(doc(given.filter), options(given, "filter")),
  deleteOne: (on, given) => on.deleteOne(doc(given.filter), options(given, "filter")),
  distinct: (on, given) =>
    on.distinct(z.string().parse(given.fieldName), doc(given.filter), options(given, "fieldName", "filter")),
  estimatedDocumentCount: (on, given) => on.estimatedDocumentCount(options(given)),
  find: (on, given) => on.find(doc(given.filter), options(given, "filter")).toArray(),
  findOne: (on, given) => on.findOne(doc(given.filter), options(given, "filter")),
  findOneAndDelete: (on, given) => on.findOneAndDelete(doc(given.filter), options(given, "filter")),
  findOneAndReplace: (on, given) =>
    on.findOneAndReplace(
      doc(given.filter),
      doc(given.replacement),
      returnOptions(given, "filter", "replacement"),
    ),
  findOneAndUpdate: (on, given) =>
    on.findOneAndUpdate(doc(given.filter), updateOf(given.update), returnOptions(given, "filter", "update")),
  insertMany: (on, given) => on.insertMany(docs(given.documents), options(given, "documents")),
  insertOne: (on, given) => on.insertOne(doc(given.document), options(given, "document")),
  replaceOne: (on, given) =>
    on.replaceOne(doc(given.filter), doc(given.replacement), options(given, "filter", "replacement")),
  updateMany: (on, given) =>
    on.updateMany(doc(given.filter), updateOf(given.update), options(given, "filter", "update")),
  updateOne: (on, given) =>
    on.updateOne(doc(given.filter), updateOf(given.update), options(given, "filter", "update")),
} as const satisfies Record<string, Run<Collection>>;

export const databaseOperations = {
  aggregate: (on, given) => on.aggregate(docs(given.pipeline), options(given, "pipeline")).toArray(),
  createCollection: (on, given) =>
    on.createCollection(z.string().parse(given.collection), options(given, "collection")),
  dropCollection: (on, given) =>
    on.dropCollection(z.string().parse(given.collection), options(given, "collection")),
  modifyCollection: (on, given) =>
    on.command({ collMod: z.string().parse(given.collection), ...options(given, "collection") }),
} as const satisfies Record<string, Run<Db>>;

export const clientOperations = {
  clientBulkWrite: async (on, given) => {
    const models = docs(given.models).map((model) => {
      const [[name, fields] = ["", {}]] = Object.entries(model);
      return { name, ...doc(fields) } as unknown as ClientBulkWriteModel<Record<string, Document>>;
    });
    return on.bulkWrite(models, options(given, "models"));
  },
} as const satisfies Record<string, Run<MongoClient>>;
