import { compare } from "../bson/compare.ts";
import { decode } from "../bson/decode.ts";
import { show } from "../bson/text.ts";
import { type Doc, doc } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { type Collection, type Index, namespaceOf } from "../store/catalog.ts";
import type { Store } from "../store/store.ts";
import type { WriteView } from "../store/write-view.ts";

/** MongoDB's bound ("MongoDB Limits and Thresholds", Indexes). */
const mostIndexes = 64;
/** Documents indexed in one transaction. Other writers have their turn between two, and keep the new index up. */
const stretch = 500;

/** Builds under way, by collection and key, so that a second request for the same index waits for the first. */
const builds = new WeakMap<Store, Map<string, Promise<void>>>();

/** Makes an index complete and then opens it to readers. A duplicate or an odd document takes it away again. */
export async function buildIndex(store: Store, database: string, name: string, spec: Doc): Promise<void> {
  const running = builds.get(store) ?? new Map<string, Promise<void>>();
  builds.set(store, running);
  const key = `${database}.${name} ${signature(spec)}`;
  await running.get(key);
  const made = fill(store, database, name, spec);
  const settled = made.catch(() => undefined);
  running.set(key, settled);
  try {
    await made;
  } finally {
    if (running.get(key) === settled) running.delete(key);
  }
}

async function fill(store: Store, database: string, name: string, spec: Doc): Promise<void> {
  const added = await store.write((view) => {
    const collection = view.catalog.get(database, name);
    if (collection === undefined)
      throw new PocketMongoError("NamespaceNotFound", `ns does not exist: ${database}.${name}`);
    if (isThere(collection, spec)) return undefined;
    return view.addIndex(collection, spec);
  });
  if (added === undefined) return;
  const { collection, index } = added;
  try {
    let after: number | undefined;
    do {
      after = await store.write((view) => fillStretch(view, collection, index, after));
    } while (after !== undefined);
  } catch (error) {
    await store.write((view) => {
      const current = view.catalog.get(database, name);
      if (current?.id === collection.id) view.dropIndex(current, index);
    });
    throw error;
  }
}

/** Indexes the next documents; gives the last one, or undefined when the index is complete and open. */
function fillStretch(
  view: WriteView,
  began: Collection,
  index: Index,
  after: number | undefined,
): number | undefined {
  let collection = view.catalog.get(began.database, began.name);
  if (collection?.id !== began.id || !collection.indexes.some((one) => one.id === index.id)) {
    throw new PocketMongoError(
      "IndexBuildAborted",
      `the collection or index was dropped while it was built: ${index.name}`,
    );
  }
  const rows = [];
  for (const row of view.records(collection, false, after)) {
    rows.push(row);
    if (rows.length >= stretch) break;
  }
  for (const { record, bytes } of rows) view.indexRecord(collection, index, record, decode(bytes));
  if (rows.length === stretch) return rows[stretch - 1]?.record;
  collection = view.catalog.get(began.database, began.name) ?? collection;
  view.publishIndex(collection, index);
  return undefined;
}

/** Options that make two indexes on the same key different indexes. */
function signature(spec: Doc): string {
  return show(doc({ key: spec.get("key"), partial: spec.get("partialFilterExpression") }));
}

function sameOptions(a: Doc, b: Doc): boolean {
  const options = ["unique", "sparse", "expireAfterSeconds", "hidden"];
  return options.every((name) => compare(a.get(name) ?? false, b.get(name) ?? false) === 0);
}

/** Whether the very same index exists; one that contradicts the request is refused as MongoDB refuses it. */
function isThere(collection: Collection, spec: Doc): boolean {
  const name = spec.get("name") as string;
  const key = spec.get("key") as Doc;
  if (name === "_id_" && key.size === 1 && key.has("_id")) return true;
  const named = collection.indexes.find((index) => index.name === name);
  const alike = collection.indexes.find((index) => signature(index.spec) === signature(spec));
  if (named) {
    if (named === alike && sameOptions(named.spec, spec)) return true;
    throw new PocketMongoError(
      "IndexKeySpecsConflict",
      `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${show(spec)}, existing index: ${show(named.spec)}`,
    );
  }
  if (alike) {
    throw new PocketMongoError(
      "IndexOptionsConflict",
      `Index already exists with a different name: ${alike.name}`,
    );
  }
  if (collection.indexes.length >= mostIndexes) {
    throw new PocketMongoError(
      "CannotCreateIndex",
      `add index fails, too many indexes for ${namespaceOf(collection)} key:${show(key)}`,
    );
  }
  return false;
}
