import { decode } from "../bson/decode.ts";
import { type Collection, namespaceOf } from "./catalog.ts";
import { indexKeys } from "./index-keys.ts";
import { entryPrefixBytes, recordValue } from "./layout.ts";
import { type View, wholeRange } from "./view.ts";

/** What is wrong with a collection: entries without documents, documents without entries, a wrong tally. Empty if sound. */
export function verifyCollection(view: View, collection: Collection): string[] {
  const wrong: string[] = [];
  const where = namespaceOf(collection);
  const expected = new Map(collection.indexes.map((index) => [index.id, new Map<string, number>()]));
  let documents = 0;
  let bytes = 0;
  for (const row of view.records(collection, false)) {
    documents += 1;
    bytes += row.bytes.length;
    const document = decode(row.bytes);
    for (const index of collection.indexes) {
      const { keys, multikey } = indexKeys(index, document);
      if (multikey && !index.multikey) wrong.push(`${where}.${index.name}: holds arrays and does not say so`);
      for (const key of keys) {
        const text = Buffer.concat(
          index.unique ? [key.bytes] : [key.bytes, recordValue(row.record)],
        ).toString("latin1");
        if (expected.get(index.id)?.has(text))
          wrong.push(`${where}.${index.name}: two documents under one unique key`);
        expected.get(index.id)?.set(text, row.record);
      }
    }
  }
  for (const index of collection.indexes) {
    const keys = expected.get(index.id) ?? new Map<string, number>();
    let seen = 0;
    for (const entry of view.entries(collection, index, wholeRange, false)) {
      seen += 1;
      if (keys.get(entry.key.toString("latin1", entryPrefixBytes)) !== entry.record) {
        wrong.push(
          `${where}.${index.name}: an entry points to record ${entry.record}, which does not have that key`,
        );
      }
    }
    if (seen !== keys.size) wrong.push(`${where}.${index.name}: ${seen} entries for ${keys.size} keys`);
  }
  const tally = view.tally(collection);
  if (tally.documents !== documents)
    wrong.push(`${where}: tally says ${tally.documents} documents, there are ${documents}`);
  if (tally.bytes !== bytes) wrong.push(`${where}: tally says ${tally.bytes} bytes, there are ${bytes}`);
  return wrong;
}
