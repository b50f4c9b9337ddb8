import { decode } from "../bson/decode.ts";
import { keyOf } from "../bson/key.ts";
import { bsonTypes } from "../bson/value.ts";
import type { Collection, Index } from "./catalog.ts";
import type { Store } from "./store.ts";
import type { WriteView } from "./write-view.ts";

/** Documents removed in one transaction, so that a sweep does not hold up other writers. */
const stretch = 500;

/** Removes the documents whose TTL index says their time is over; gives how many. */
export async function removeExpired(store: Store, now: Date): Promise<number> {
  let removed = 0;
  for (const collection of store.view().catalog.all()) {
    for (const index of collection.indexes) {
      if (index.expireAfterSeconds === undefined) continue;
      for (;;) {
        const count = await store.write((view) => removeStretch(view, collection, index, now));
        removed += count;
        if (count < stretch) break;
      }
    }
  }
  return removed;
}

/** Only dates expire: the index is read from the first date to the last that is old enough. */
function removeStretch(view: WriteView, collection: Collection, index: Index, now: Date): number {
  const known = view.catalog.get(collection.database, collection.name);
  const current = known?.indexes.find((one) => one.id === index.id);
  if (known?.id !== collection.id || current?.expireAfterSeconds === undefined) return 0;
  const latest = keyOf(new Date(now.getTime() - current.expireAfterSeconds * 1000));
  const past = Buffer.from([0xff]);
  const first = Buffer.from([bsonTypes.date.rank]);
  const ascending = !current.fields[0]?.descending;
  const inverted = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => ~byte & 0xff));
  const range = ascending
    ? { start: first, end: Buffer.concat([latest, past]) }
    : { start: inverted(latest), end: Buffer.from([(~bsonTypes.date.rank & 0xff) + 1]) };
  const records = new Set<number>();
  for (const { record } of view.entries(known, current, range, false)) {
    records.add(record);
    if (records.size >= stretch) break;
  }
  for (const record of records) {
    const bytes = view.record(known, record);
    if (bytes) view.remove(known, record, decode(bytes), bytes);
  }
  return records.size;
}
