import { compare } from "../bson/compare.ts";
import { show } from "../bson/text.ts";
import { type Doc, doc, isDoc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { type Collection, type Index, idIndexId } from "../store/catalog.ts";
import type { WriteView } from "../store/write-view.ts";
import { checkedDatabase, collectionName, existing, optionalArray, optionalDoc } from "./arguments.ts";
import { firstBatch } from "./collections.ts";
import type { Call, Command } from "./command.ts";
import { buildIndex } from "./index-build.ts";
import { addExpiry, checkedSpec } from "./index-spec.ts";
import { ensureCollection } from "./stored-document.ts";

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
