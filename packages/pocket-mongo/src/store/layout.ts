/**
 * How the one ordered key space of LMDB is shared out. The first byte says what follows:
 *   01 collection u32                      catalog entry (BSON)
 *   02 collection u32                      tally: documents, bytes, last record number
 *   03 collection u32 index u16            a range whose contents wait to be removed; index 0 is the records
 *   04                                     settings of the whole store
 *   10 collection u32 record u48           document (BSON)
 *   20 collection u32 index u16 key…       record u48; the key ends with the record too unless the index is unique
 */
export const recordBytes = 6;
const areas = { catalog: 1, tally: 2, removal: 3, settings: 4, record: 0x10, entry: 0x20 } as const;

/** LMDB's bound on a key, as lmdb-js builds it for pages of 4096 bytes. */
export const longestKeyBytes = 1978;

function prefix(area: number, collection: number, extra = 0): Buffer {
  const key = Buffer.allocUnsafe(5 + extra);
  key[0] = area;
  key.writeUInt32BE(collection, 1);
  return key;
}

export const settingsKey = Buffer.from([areas.settings]);

export function catalogKey(collection: number): Buffer {
  return prefix(areas.catalog, collection);
}

export const catalogRange = { start: Buffer.from([areas.catalog]), end: Buffer.from([areas.catalog + 1]) };

export function tallyKey(collection: number): Buffer {
  return prefix(areas.tally, collection);
}

export function removalKey(collection: number, index: number): Buffer {
  const key = prefix(areas.removal, collection, 2);
  key.writeUInt16BE(index, 5);
  return key;
}

export const removalRange = { start: Buffer.from([areas.removal]), end: Buffer.from([areas.removal + 1]) };

export function parseRemovalKey(key: Buffer): { collection: number; index: number } {
  return { collection: key.readUInt32BE(1), index: key.readUInt16BE(5) };
}

export function recordKey(collection: number, record: number): Buffer {
  const key = prefix(areas.record, collection, recordBytes);
  key.writeUIntBE(record, 5, recordBytes);
  return key;
}

export function recordOfKey(key: Buffer): number {
  return key.readUIntBE(5, recordBytes);
}

export function recordRange(collection: number): { start: Buffer; end: Buffer } {
  return { start: prefix(areas.record, collection), end: recordKey(collection, 2 ** 48 - 1) };
}

export const entryPrefixBytes = 7;

export function entryPrefix(collection: number, index: number): Buffer {
  const key = prefix(areas.entry, collection, 2);
  key.writeUInt16BE(index, 5);
  return key;
}

export function entryRange(collection: number, index: number): { start: Buffer; end: Buffer } {
  const start = entryPrefix(collection, index);
  return { start, end: Buffer.concat([start, Buffer.from([0xff])]) };
}

/** The key of one entry: a unique index holds one record under a key, any other as many as there are. */
export function entryKey(
  collection: number,
  index: { readonly id: number; readonly unique: boolean },
  key: Buffer,
  record: number,
): Buffer {
  const own = index.unique ? 0 : recordBytes;
  const made = Buffer.allocUnsafe(entryPrefixBytes + key.length + own);
  made[0] = areas.entry;
  made.writeUInt32BE(collection, 1);
  made.writeUInt16BE(index.id, 5);
  made.set(key, entryPrefixBytes);
  if (own > 0) made.writeUIntBE(record, entryPrefixBytes + key.length, recordBytes);
  return made;
}

export function recordValue(record: number): Buffer {
  const value = Buffer.allocUnsafe(recordBytes);
  value.writeUIntBE(record, 0, recordBytes);
  return value;
}

export function readRecordValue(bytes: Buffer, at = 0): number {
  return bytes.readUIntBE(at, recordBytes);
}
