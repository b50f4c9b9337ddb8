import { wholeNumber } from "../bson/arithmetic.ts";
import { compare } from "../bson/compare.ts";
import { show } from "../bson/text.ts";
import { type Doc, doc, isDoc, isNumber, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { type Match, parseFilter } from "../match/parse.ts";
import { type Collection, type Index, idIndexId } from "../store/catalog.ts";
import type { WriteView } from "../store/write-view.ts";
import {
  checkedDatabase,
  collectionName,
  existing,
  optionalArray,
  optionalDoc,
  refuseCollation,
} from "./arguments.ts";
import { firstBatch } from "./collections.ts";
import type { Call, Command } from "./command.ts";
import { buildIndex } from "./index-build.ts";
import { ensureCollection } from "./stored-document.ts";

/** MongoDB's bound ("MongoDB Limits and Thresholds", Indexes). */
const mostFields = 32;
/** 2^31 - 1 seconds, the largest expireAfterSeconds MongoDB takes. */
const longestExpirySeconds = 2147483647;

const knownOptions = new Set([
  "key",
  "name",
  "ns",
  "v",
  "unique",
  "sparse",
  "background",
  "partialFilterExpression",
  "expireAfterSeconds",
  "hidden",
  "collation",
  "weights",
  "default_language",
  "language_override",
  "textIndexVersion",
  "2dsphereIndexVersion",
  "bits",
  "min",
  "max",
  "bucketSize",
  "storageEngine",
  "wildcardProjection",
  "clustered",
  "prepareUnique",
  "dropDups",
]);

export const createIndexes: Command = {
  arguments: ["indexes", "commitQuorum", "v"],
  run: (call) => {
    checkedDatabase(call.database);
    const name = collectionName(call);
    const given = optionalArray(call, "indexes") ?? [];
    if (given.length === 0)
      throw new PocketMongoError("BadValue", "Must specify at least one index to create");
    const specs = given.map((one) => checkedSpec(call, one));
    return build(call, name, specs);
  },
};

/** Indexes are made one after another, each complete before the next begins. */
async function build(call: Call, name: string, specs: readonly Doc[]): Promise<Doc> {
  const known = call.store.view().catalog.get(call.database, name);
  const before = known?.indexes.length ?? 1;
  if (known === undefined) await call.store.write((view) => ensureCollection(view, call.database, name));
  for (const spec of specs) await buildIndex(call.store, call.database, name, spec);
  const after = call.store.view().catalog.get(call.database, name)?.indexes.length ?? before;
  const reply = doc({
    numIndexesBefore: before,
    numIndexesAfter: after,
    createdCollectionAutomatically: known === undefined,
    ok: 1,
  });
  if (after === before) reply.set("note", "all indexes already exist");
  return reply;
}

function cannot(message: string): PocketMongoError {
  return new PocketMongoError("CannotCreateIndex", message);
}

function checkedSpec(call: Call, given: Value): Doc {
  if (!isDoc(given)) throw new PocketMongoError("TypeMismatch", "each index must be an object");
  for (const option of given.keys()) {
    if (!knownOptions.has(option)) {
      throw new PocketMongoError(
        "InvalidIndexSpecificationOption",
        `The field '${option}' is not valid for an index specification. Specification: ${show(given)}`,
      );
    }
  }
  refuseCollation(call, given);
  const key = given.get("key");
  if (!isDoc(key))
    throw new PocketMongoError(
      "FailedToParse",
      `The 'key' field is a required property of an index specification`,
    );
  const fields = checkedKey(key);
  const name = given.get("name");
  if (name !== undefined && typeof name !== "string") {
    throw new PocketMongoError(
      "TypeMismatch",
      `The field 'name' must be a string, but got ${typeName(name)}`,
    );
  }
  if (name === "") throw cannot("Index name cannot be empty");
  if (name === "*") throw new PocketMongoError("BadValue", "The index name '*' is not valid.");
  const isId = fields.length === 1 && fields[0] === "_id";
  const spec = doc({ v: 2, key, name: isId ? "_id_" : (name ?? defaultName(key)) });
  if (isId) return spec;
  for (const option of ["unique", "sparse", "hidden", "background"]) {
    const value = given.get(option);
    if (value === undefined) continue;
    if (typeof value !== "boolean" && !isNumber(value)) {
      throw new PocketMongoError(
        "TypeMismatch",
        `The field '${option}' has value ${option}: ${show(value)}, which is not convertible to bool`,
      );
    }
    if (value === true || (isNumber(value) && compare(value, 0) !== 0)) spec.set(option, true);
  }
  addExpiry(spec, given, fields);
  const partial = given.get("partialFilterExpression");
  if (partial !== undefined) {
    if (!isDoc(partial)) {
      throw new PocketMongoError(
        "TypeMismatch",
        `The field 'partialFilterExpression' must be an object, but got ${typeName(partial)}`,
      );
    }
    if (spec.get("sparse")) throw cannot('cannot mix "partialFilterExpression" and "sparse" options');
    refuseInPartial(parseFilter(partial));
    spec.set("partialFilterExpression", partial);
  }
  return spec;
}

/** What a partial index may ask: equality, ranges, $exists: true, $type, $in, $and and $or. */
const partialOperators = new Set(["$eq", "$lt", "$lte", "$gt", "$gte", "$exists", "$type", "$in"]);

function refuseInPartial(match: Match): void {
  if (match.kind === "and" || match.kind === "or") for (const part of match.of) refuseInPartial(part);
  else if (match.kind !== "field" || !partialOperators.has(match.test.operator)) {
    throw cannot("Expression not supported in partial index");
  }
}

function addExpiry(spec: Doc, given: Doc, fields: readonly string[]): void {
  const expiry = given.get("expireAfterSeconds");
  if (expiry === undefined) return;
  if (!isNumber(expiry)) {
    throw cannot(
      `TTL index 'expireAfterSeconds' option must be numeric, but received a type of '${typeName(expiry)}'.`,
    );
  }
  const seconds = wholeNumber(expiry);
  if (seconds === undefined || seconds < 0 || seconds > longestExpirySeconds) {
    throw cannot(
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, was ${show(expiry)}`,
    );
  }
  if (fields.length > 1)
    throw cannot("TTL indexes are single-field indexes, compound indexes do not support TTL.");
  spec.set("expireAfterSeconds", seconds);
}

function checkedKey(key: Doc): string[] {
  if (key.size === 0) throw cannot("Index keys cannot be an empty object");
  if (key.size > mostFields)
    throw new PocketMongoError(13103, `Index key pattern too large: more than ${mostFields} fields`);
  for (const [name, direction] of key) {
    if (typeof direction === "string") throw refusedKind(direction);
    if (!isNumber(direction) || compare(direction, 0) === 0) {
      throw cannot(
        `Values in the index key pattern must be a non-zero number or a string, got ${show(direction)} for '${name}'`,
      );
    }
    if (name === "" || name.split(".").includes(""))
      throw cannot("Index keys cannot contain an empty field.");
    if (name === "$**" || name.endsWith(".$**")) throw refusedKind("wildcard");
    const dollar = name
      .split(".")
      .find((part) => part.startsWith("$") && !["$id", "$ref", "$db"].includes(part));
    if (dollar !== undefined)
      throw cannot(`Index key contains an illegal field name: field name starts with '$': ${name}`);
  }
  return [...key.keys()];
}

/** Index kinds MongoDB has and this server refuses. */
export const refusedIndexKinds = ["text", "2d", "2dsphere", "hashed", "wildcard"] as const;

function refusedKind(kind: string): PocketMongoError {
  return (refusedIndexKinds as readonly string[]).includes(kind)
    ? new PocketMongoError("NotImplemented", `${kind} indexes are not supported by this server`)
    : cannot(`Unknown index plugin '${kind}'`);
}

function defaultName(key: Doc): string {
  return [...key].map(([name, direction]) => `${name}_${show(direction).replace(/\.0$/, "")}`).join("_");
}

export const listIndexes: Command = {
  arguments: ["cursor", "includeBuildUUIDs", "includeIndexBuildInfo"],
  run: (call) => {
    const name = collectionName(call);
    const collection = existing(call.store.view(), call.database, name);
    return firstBatch(
      call,
      `${call.database}.${name}`,
      collection.indexes.filter((index) => index.ready).map((index) => index.spec),
    );
  },
};

export const dropIndexes: Command = {
  arguments: ["index"],
  run: (call) => {
    const name = collectionName(call);
    return call.store.write((view) => {
      let collection = existing(view, call.database, name);
      const before = collection.indexes.length;
      for (const index of indexesNamed(collection, call.body.get("index"))) {
        if (index.id === idIndexId) throw new PocketMongoError("InvalidOptions", "cannot drop _id index");
        collection = view.dropIndex(collection, index);
      }
      return doc({ nIndexesWas: before, ok: 1 });
    });
  },
};

function indexesNamed(collection: Collection, wanted: Value | undefined): Index[] {
  if (wanted === "*") return collection.indexes.filter((index) => index.id !== idIndexId);
  const names = Array.isArray(wanted) ? wanted : [wanted];
  return names.map((one) => {
    const found = collection.indexes.find((index) =>
      isDoc(one) ? compare(index.spec.get("key") as Value, one) === 0 : index.name === one,
    );
    if (found) return found;
    const shown = isDoc(one)
      ? `can't find index with key: ${show(one)}`
      : `index not found with name [${String(one)}]`;
    throw new PocketMongoError("IndexNotFound", shown);
  });
}

export const collMod: Command = {
  arguments: [
    "index",
    "validator",
    "validationLevel",
    "validationAction",
    "viewOn",
    "pipeline",
    "expireAfterSeconds",
    "changeStreamPreAndPostImages",
    "cappedSize",
    "cappedMax",
  ],
  run: (call) => {
    const name = collectionName(call);
    for (const option of call.body.keys()) {
      if (collMod.arguments.includes(option) && option !== "index") {
        throw new PocketMongoError(
          "NotImplemented",
          `collMod with '${option}' is not supported by this server`,
        );
      }
    }
    const change = optionalDoc(call, "index");
    return call.store.write((view) => {
      const collection = existing(view, call.database, name);
      return change === undefined ? doc({ ok: 1 }) : changeIndex(view, collection, change);
    });
  },
};

function changeIndex(view: WriteView, collection: Collection, change: Doc): Doc {
  const by = change.get("name") ?? change.get("keyPattern");
  const [index] = indexesNamed(collection, by);
  if (index === undefined)
    throw new PocketMongoError("InvalidOptions", "Must specify index name or key pattern");
  const reply = doc({});
  const spec = new Map(index.spec);
  const seconds = change.get("expireAfterSeconds");
  if (seconds !== undefined) {
    addExpiry(
      spec,
      change,
      index.fields.map((field) => field.name),
    );
    const old = index.spec.get("expireAfterSeconds");
    if (old !== undefined) reply.set("expireAfterSeconds_old", old);
    reply.set("expireAfterSeconds_new", spec.get("expireAfterSeconds") as Value);
  }
  const hidden = change.get("hidden");
  if (hidden !== undefined) {
    reply.set("hidden_old", index.hidden);
    reply.set("hidden_new", hidden === true);
    if (hidden === true) spec.set("hidden", true);
    else spec.delete("hidden");
  }
  for (const option of change.keys()) {
    if (!["name", "keyPattern", "expireAfterSeconds", "hidden"].includes(option)) {
      throw new PocketMongoError(
        "NotImplemented",
        `collMod of an index's '${option}' is not supported by this server`,
      );
    }
  }
  view.changeIndex(collection, index, spec);
  reply.set("ok", 1);
  return reply;
}
