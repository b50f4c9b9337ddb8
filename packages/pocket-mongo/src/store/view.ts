import type { RootDatabase, Transaction } from "lmdb";
import type { Catalog, Collection, Index, Tally } from "./catalog.ts";
import {
  entryKey,
  entryPrefix,
  entryRange,
  readRecordValue,
  recordBytes,
  recordKey,
  recordOfKey,
  recordRange,
} from "./layout.ts";

export type Database = RootDatabase<Buffer, Buffer>;
export type Record = { readonly record: number; readonly bytes: Buffer };
/** An index entry; `key` is whole, with the index's own prefix. */
export type Entry = { readonly key: Buffer; readonly record: number };

/** A stretch of an index: keys without the index's own prefix, `start` inclusive and `end` exclusive. */
export type KeyRange = { readonly start: Buffer; readonly end: Buffer };

const pastAny = Buffer.from([0xff]);
export const wholeRange: KeyRange = { start: Buffer.alloc(0), end: pastAny };

/** The catalog and tallies that belong to one moment of the data. */
export type State = {
  catalog: Catalog;
  tallyOf(collection: number): Readonly<Tally> | undefined;
};

const noDocuments: Readonly<Tally> = { documents: 0, bytes: 0, lastRecord: 0 };

/** What a reader sees: documents and index entries of one moment, with the catalog and tallies of the same moment. */
export class View {
  protected readonly database: Database;
  private readonly snapshot: Transaction | undefined;
  private readonly state: State;

  constructor(database: Database, snapshot: Transaction | undefined, state: State) {
    this.database = database;
    this.snapshot = snapshot;
    this.state = state;
  }

  get catalog(): Catalog {
    return this.state.catalog;
  }

  tally(collection: Collection): Readonly<Tally> {
    return this.state.tallyOf(collection.id) ?? noDocuments;
  }

  record(collection: Collection, record: number): Buffer | undefined {
    return this.database.get(recordKey(collection.id, record), this.options());
  }

  /** The record a unique index holds under exactly this key. */
  lookUp(collection: Collection, index: Index, key: Buffer): number | undefined {
    const { start } = entryRange(collection.id, index.id);
    const found = this.database.get(Buffer.concat([start, key]), this.options());
    return found === undefined ? undefined : readRecordValue(found);
  }

  /** Whether an index leads from this key to this record. */
  hasEntry(collection: Collection, index: Index, key: Buffer, record: number): boolean {
    const found = this.database.get(entryKey(collection.id, index, key, record), this.options());
    return found !== undefined && readRecordValue(found) === record;
  }

  /** Documents in the order they came, or the reverse, beginning after the record `after`. */
  *records(collection: Collection, reverse: boolean, after?: number): Generator<Record, void, undefined> {
    const { start, end } = recordRange(collection.id);
    const range = reverse
      ? { start: after === undefined ? end : recordKey(collection.id, after - 1), end: start, reverse }
      : { start: after === undefined ? start : recordKey(collection.id, after + 1), end };
    for (const { key, value } of this.database.getRange({ ...range, ...this.options() })) {
      yield { record: recordOfKey(key), bytes: asBuffer(value) };
    }
  }

  /** Entries of an index between two keys, in the index's order or the reverse, beginning after the key `after`. */
  *entries(
    collection: Collection,
    index: Index,
    range: KeyRange,
    reverse: boolean,
    after?: Buffer,
  ): Generator<Entry, void, undefined> {
    const prefix = entryPrefix(collection.id, index.id);
    const low =
      !reverse && after ? Buffer.concat([after, Buffer.from([0])]) : Buffer.concat([prefix, range.start]);
    const high = reverse && after ? after : Buffer.concat([prefix, range.end]);
    // LMDB walks backwards from the first key that is not past `start`, which may be `high` itself.
    const bounds = reverse
      ? { start: high, end: low, reverse, inclusiveEnd: true }
      : { start: low, end: high };
    const options = { ...bounds, ...this.options() };
    const isOutside = (key: Buffer): boolean => reverse && (key.compare(high) >= 0 || key.compare(low) < 0);
    if (index.unique) {
      for (const { key, value } of this.database.getRange(options))
        if (!isOutside(key)) yield { key, record: readRecordValue(value) };
    } else {
      // The key ends with the record, so that the value need not be read.
      for (const key of this.database.getKeys(options))
        if (!isOutside(key)) yield { key, record: readRecordValue(key, key.length - recordBytes) };
    }
  }

  /** How many entries an index holds in a range; none of them is read. */
  countEntries(collection: Collection, index: Index, range: KeyRange): number {
    const prefix = entryPrefix(collection.id, index.id);
    return this.database.getKeysCount({
      start: Buffer.concat([prefix, range.start]),
      end: Buffer.concat([prefix, range.end]),
      ...this.options(),
    });
  }

  private options(): { transaction?: Transaction } {
    return this.snapshot === undefined ? {} : { transaction: this.snapshot };
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
