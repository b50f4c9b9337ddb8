import { open } from "lmdb";
import { concurrently, perSecond } from "./rate.ts";

const valueBytes = 300;
const records = 20_000;

/** The limits that the store's own work runs into, measured with nothing but LMDB in the way. */
export const limitNames = ["sequentialPut", "concurrentPut", "batchPut", "get", "range"] as const;
export type LimitName = (typeof limitNames)[number];
export type Limits = Record<LimitName, { readonly what: string; readonly perSecond: number }>;

function key(i: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(i, 4);
  return bytes;
}

/** Values of 300 bytes; a put counts once its commit is on disk (`overlappingSync: false`), as the store acknowledges. */
export async function measureLmdb(path: string): Promise<Limits> {
  const database = open<Buffer, Buffer>({
    path,
    keyEncoding: "binary",
    encoding: "binary",
    overlappingSync: false,
  });
  const value = Buffer.alloc(valueBytes, 7);
  try {
    const batchPut = await perSecond(records, async () => {
      await database.transaction(() => {
        for (let i = 0; i < records; i += 1) database.put(key(i), value);
      });
    });
    const sequentialPut = await perSecond(500, async () => {
      for (let i = 0; i < 500; i += 1) await database.put(key(records + i), value);
    });
    const concurrentPut = await perSecond(records, () =>
      concurrently(records, 64, (i) => database.put(key(2 * records + i), value)),
    );
    const get = await perSecond(records * 5, () => {
      for (let i = 0; i < records * 5; i += 1)
        if (database.get(key((i * 7919) % records))?.length !== valueBytes)
          throw new Error("a record is missing");
    });
    let seen = 0;
    const range = await perSecond(records, () => {
      for (const row of database.getRange({ start: key(0), end: key(records) })) seen += row.value.length;
    });
    if (seen !== records * valueBytes) throw new Error("the range is not whole");
    return {
      sequentialPut: { what: "one put at a time, each on disk", perSecond: sequentialPut },
      concurrentPut: { what: "64 writers of one put each, on disk", perSecond: concurrentPut },
      batchPut: { what: "puts of one transaction, on disk", perSecond: batchPut },
      get: { what: "gets by key", perSecond: get },
      range: { what: "rows of a range", perSecond: range },
    };
  } finally {
    await database.close();
  }
}
