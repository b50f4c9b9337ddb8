import { decode } from "../bson/decode.ts";
import { type Collection, namespaceOf } from "./catalog.ts";
import { indexKeys } from "./index-keys.ts";
import { type View, wholeRange } from "./view.ts";

/** Faults named of one collection; a damaged index would else fill the memory with its sentences. */
const mostFaults = 100;

/**
 * What is wrong with a collection: entries without documents, documents without entries, a wrong tally. Empty if sound. It
 * gives way after every row it has read, and holds no more than one: each document's keys are looked up in their index, and
 * an index with all of them and not one entry more is the right one.
 */
export function* verifyCollection(
  view: View,
  collection: Collection,
): Generator<undefined, string[], undefined> {
  const wrong: string[] = [];
  const where = namespaceOf(collection);
  const note = (fault: string): void => {
    if (wrong.length < mostFaults) wrong.push(`${where}${fault}`);
  };
  const expected = new Map(collection.indexes.map((index) => [index.id, 0]));
  let documents = 0;
  let bytes = 0;
  for (const row of view.records(collection, false)) {
    documents += 1;
    bytes += row.bytes.length;
    const document = decode(row.bytes);
    for (const index of collection.indexes) {
      const { keys, multikey } = indexKeys(index, document);
      if (multikey && !index.multikey) note(`.${index.name}: holds arrays and does not say so`);
      expected.set(index.id, (expected.get(index.id) ?? 0) + keys.length);
      for (const key of keys) {
        if (!view.hasEntry(collection, index, key.bytes, row.record))
          note(`.${index.name}: a key of record ${row.record} does not lead to it`);
      }
    }
    yield;
  }
  for (const index of collection.indexes) {
    let entries = 0;
    for (const _ of view.entries(collection, index, wholeRange, false)) {
      entries += 1;
      yield;
    }
    const keys = expected.get(index.id) ?? 0;
    if (entries !== keys) note(`.${index.name}: ${entries} entries for ${keys} keys`);
  }
  const tally = view.tally(collection);
  if (tally.documents !== documents)
    note(`: tally says ${tally.documents} documents, there are ${documents}`);
  if (tally.bytes !== bytes) note(`: tally says ${tally.bytes} bytes, there are ${bytes}`);
  return wrong;
}
