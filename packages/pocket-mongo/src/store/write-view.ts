import { show } from "../bson/text.ts";
import { type Binary, type Doc, doc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import {
  type Catalog,
  type Collection,
  encodeCollection,
  encodeTally,
  type Index,
  idIndex,
  idIndexId,
  makeIndex,
  namespaceOf,
  type Tally,
} from "./catalog.ts";
import { type IndexKey, indexKeys } from "./index-keys.ts";
import {
  catalogKey,
  entryKey,
  entryRange,
  readRecordValue,
  recordKey,
  recordRange,
  recordValue,
  removalKey,
  tallyKey,
} from "./layout.ts";
import { type Database, type State, View } from "./view.ts";

/** A range up to this many keys is removed with its collection; a longer one in the background, bit by bit. */
export const removedAtOnce = 2000;

/** State of the write transaction: the committed one and what this transaction has changed of it. */
export class WorkingState implements State {
  catalog: Catalog;
  lastCollection: number;
  readonly changed = new Map<number, Tally>();
  private readonly committed: ReadonlyMap<number, Readonly<Tally>>;

  constructor(catalog: Catalog, committed: ReadonlyMap<number, Readonly<Tally>>, lastCollection: number) {
    this.catalog = catalog;
    this.committed = committed;
    this.lastCollection = lastCollection;
  }

  tallyOf(collection: number): Readonly<Tally> | undefined {
    return this.changed.get(collection) ?? this.committed.get(collection);
  }

  change(collection: number): Tally {
    const known = this.changed.get(collection);
    if (known) return known;
    const copy = { ...(this.committed.get(collection) ?? { documents: 0, bytes: 0, lastRecord: 0 }) };
    this.changed.set(collection, copy);
    return copy;
  }
}

/**
 * What a writer sees and does inside the one write transaction. Every check of a document comes before its first put, so
 * that a refused write leaves nothing behind.
 */
export class WriteView extends View {
  private readonly working: WorkingState;
  /** Bytes put so far; a batch of the group commit closes by it. */
  written = 0;
  /** Whether a range was too long to be removed at once and is left to the background. */
  leftRemovals = false;

  constructor(database: Database, working: WorkingState) {
    super(database, undefined, working);
    this.working = working;
  }

  createCollection(database: string, name: string, options: Doc, uuid: Binary): Collection {
    this.working.lastCollection += 1;
    const collection: Collection = {
      id: this.working.lastCollection,
      database,
      name,
      uuid,
      options,
      indexes: [idIndex()],
      nextIndexId: idIndexId + 1,
    };
    this.save(collection);
    this.working.change(collection.id);
    return collection;
  }

  dropCollection(collection: Collection): void {
    this.working.catalog = this.working.catalog.without(collection);
    this.database.remove(catalogKey(collection.id));
    this.working.changed.delete(collection.id);
    this.database.remove(tallyKey(collection.id));
    this.removeLater(collection.id, 0);
    for (const index of collection.indexes) this.removeLater(collection.id, index.id);
  }

  /** Gives the collection another name, and other options where given; an existing target must have been dropped before. */
  renameCollection(
    collection: Collection,
    database: string,
    name: string,
    options: Doc = collection.options,
  ): Collection {
    this.working.catalog = this.working.catalog.without(collection);
    const renamed = { ...collection, database, name, options };
    this.save(renamed);
    return renamed;
  }

  /** Replaces the catalog entry, for example with other options. */
  save(collection: Collection): void {
    this.working.catalog = this.working.catalog.with(collection);
    this.put(catalogKey(collection.id), encodeCollection(collection));
  }

  /** Adds an index without entries. `indexRecord` fills it, and `publishIndex` opens it to readers. */
  addIndex(collection: Collection, spec: Doc): { collection: Collection; index: Index } {
    const index = makeIndex(collection.nextIndexId, spec, false, false);
    const changed = {
      ...collection,
      nextIndexId: collection.nextIndexId + 1,
      indexes: [...collection.indexes, index],
    };
    this.save(changed);
    return { collection: changed, index };
  }

  publishIndex(collection: Collection, index: Index): void {
    this.save({
      ...collection,
      indexes: collection.indexes.map((one) => (one.id === index.id ? { ...one, ready: true } : one)),
    });
  }

  /** Gives an index other options that do not change its entries. */
  changeIndex(collection: Collection, index: Index, spec: Doc): Collection {
    const changed = makeIndex(index.id, spec, index.multikey, index.ready);
    const after = {
      ...collection,
      indexes: collection.indexes.map((one) => (one.id === index.id ? changed : one)),
    };
    this.save(after);
    return after;
  }

  dropIndex(collection: Collection, index: Index): Collection {
    const changed = { ...collection, indexes: collection.indexes.filter((one) => one.id !== index.id) };
    this.save(changed);
    this.removeLater(collection.id, index.id);
    return changed;
  }

  /** Puts the entries of one document into a new index. */
  indexRecord(collection: Collection, index: Index, record: number, document: Doc): void {
    const { keys, multikey } = indexKeys(index, document);
    this.refuseDuplicates(collection, index, keys, record);
    for (const key of keys) this.putEntry(collection, index, key, record);
    if (multikey) this.markMultikey(collection, [index]);
  }

  insert(collection: Collection, document: Doc, bytes: Buffer): number {
    const tally = this.working.change(collection.id);
    const record = tally.lastRecord + 1;
    const plans = collection.indexes.map((index) => ({ index, ...indexKeys(index, document) }));
    for (const { index, keys } of plans) this.refuseDuplicates(collection, index, keys, record);
    tally.lastRecord = record;
    tally.documents += 1;
    tally.bytes += bytes.length;
    this.put(recordKey(collection.id, record), bytes);
    for (const { index, keys } of plans)
      for (const key of keys) this.putEntry(collection, index, key, record);
    this.markMultikey(
      collection,
      plans.filter((plan) => plan.multikey).map((plan) => plan.index),
    );
    return record;
  }

  replace(
    collection: Collection,
    record: number,
    before: Doc,
    beforeBytes: Buffer,
    after: Doc,
    bytes: Buffer,
  ): void {
    const plans = collection.indexes.map((index) => {
      const old = indexKeys(index, before).keys;
      const { keys, multikey } = indexKeys(index, after);
      return { index, multikey, gone: without(old, keys), fresh: without(keys, old) };
    });
    for (const { index, fresh } of plans) this.refuseDuplicates(collection, index, fresh, record);
    this.working.change(collection.id).bytes += bytes.length - beforeBytes.length;
    this.put(recordKey(collection.id, record), bytes);
    for (const { index, gone, fresh } of plans) {
      for (const key of gone) this.removeEntry(collection, index, key, record);
      for (const key of fresh) this.putEntry(collection, index, key, record);
    }
    this.markMultikey(
      collection,
      plans.filter((plan) => plan.multikey).map((plan) => plan.index),
    );
  }

  remove(collection: Collection, record: number, document: Doc, bytes: Buffer): void {
    const plans = collection.indexes.map((index) => ({ index, keys: indexKeys(index, document).keys }));
    const tally = this.working.change(collection.id);
    tally.documents -= 1;
    tally.bytes -= bytes.length;
    this.database.remove(recordKey(collection.id, record));
    for (const { index, keys } of plans)
      for (const key of keys) this.removeEntry(collection, index, key, record);
    this.written += bytes.length;
  }

  /** Removes a stretch of what a drop has left; true when nothing is left of it. */
  removeStretch(collection: number, index: number): boolean {
    const range = index === 0 ? recordRange(collection) : entryRange(collection, index);
    const keys = [...this.database.getKeys({ ...range, limit: removedAtOnce + 1 })];
    for (const key of keys.slice(0, removedAtOnce)) this.database.remove(key);
    if (keys.length > removedAtOnce) return false;
    this.database.remove(removalKey(collection, index));
    return true;
  }

  /** Writes the tallies that changed; the last act of a transaction. */
  finish(): void {
    for (const [collection, tally] of this.working.changed) {
      this.put(tallyKey(collection), encodeTally(tally));
    }
  }

  private removeLater(collection: number, index: number): void {
    if (this.removeStretch(collection, index)) return;
    this.put(removalKey(collection, index), Buffer.from([1]));
    this.leftRemovals = true;
  }

  private put(key: Buffer, value: Buffer): void {
    this.database.put(key, value);
    this.written += key.length + value.length;
  }

  private putEntry(collection: Collection, index: Index, key: IndexKey, record: number): void {
    this.put(entryKey(collection.id, index, key.bytes, record), recordValue(record));
  }

  private removeEntry(collection: Collection, index: Index, key: IndexKey, record: number): void {
    // While a unique index is filled, the key of a document it has not reached yet may stand for another document.
    if (index.unique && !index.ready && this.lookUp(collection, index, key.bytes) !== record) return;
    this.database.remove(entryKey(collection.id, index, key.bytes, record));
  }

  private refuseDuplicates(
    collection: Collection,
    index: Index,
    keys: readonly IndexKey[],
    record: number,
  ): void {
    if (!index.unique) return;
    for (const key of keys) {
      const found = this.database.getBinary(entryKey(collection.id, index, key.bytes, record)) as
        | Buffer
        | undefined;
      if (found !== undefined && readRecordValue(found) !== record)
        throw duplicateKey(collection, index, key.values);
    }
  }

  private markMultikey(collection: Collection, indexes: readonly Index[]): void {
    const fresh = indexes.filter((index) => !index.multikey);
    if (fresh.length === 0) return;
    const current = this.catalog.get(collection.database, collection.name) ?? collection;
    const ids = new Set(fresh.map((index) => index.id));
    if (!current.indexes.some((index) => ids.has(index.id) && !index.multikey)) return;
    this.save({
      ...current,
      indexes: current.indexes.map((index) => (ids.has(index.id) ? { ...index, multikey: true } : index)),
    });
  }
}

function without(keys: readonly IndexKey[], others: readonly IndexKey[]): IndexKey[] {
  return keys.filter((key) => !others.some((other) => other.bytes.equals(key.bytes)));
}

function duplicateKey(collection: Collection, index: Index, values: readonly Value[]): PocketMongoError {
  const keyValue = new Map(index.fields.map((field, i) => [field.name, values[i] as Value]));
  return new PocketMongoError(
    "DuplicateKey",
    `E11000 duplicate key error collection: ${namespaceOf(collection)} index: ${index.name} dup key: ${show(keyValue)}`,
    doc({ keyPattern: index.spec.get("key"), keyValue }),
  );
}
