import type { Connection } from "mongoose";
import type { ServerProcess } from "../../../packages/pocket-mongo/src/testing/server-process.ts";

const batch = 10_000;
const readings = 10;

/** Scans a collection without an index and says what memory the server holds meanwhile, without mapped files. */
export async function* measureScan(
  connection: Connection,
  server: ServerProcess | undefined,
  documents: number,
): AsyncGenerator<string> {
  const collection = connection.collection<{ _id: number; value: number; text: string }>("scan");
  for (let begin = 0; begin < documents; begin += batch) {
    const count = Math.min(batch, documents - begin);
    await collection.insertMany(
      Array.from({ length: count }, (_, i) => ({ _id: begin + i, value: i % 97, text: "y".repeat(100) })),
    );
  }
  const startedAt = performance.now();
  let seen = 0;
  for await (const _ of collection.find({ value: { $gte: 0 } })) {
    seen += 1;
    if (seen % Math.ceil(documents / readings) === 0 || seen === documents)
      yield `scanned ${seen.toLocaleString("en")} documents, the server holds ${memoryOf(server)}`;
  }
  if (seen !== documents) throw new Error(`the scan gave ${seen} of ${documents} documents`);
  const seconds = (performance.now() - startedAt) / 1000;
  yield `scan: ${Math.round(documents / seconds).toLocaleString("en")} documents per second`;
}

function memoryOf(server: ServerProcess | undefined): string {
  const memoryKiB = server?.anonymousMemoryKiB;
  return memoryKiB === undefined ? "an unknown amount" : `${Math.round(memoryKiB / 1024)} MiB`;
}
