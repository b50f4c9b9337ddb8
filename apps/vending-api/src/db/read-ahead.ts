import { setImmediate } from "node:timers/promises";
import type { mongo } from "mongoose";

/** The documents of a cursor, one answer of the store at a time; it makes the next one while this one is looked at. */
export async function* readAhead<Row extends mongo.BSON.Document>(
  cursor: mongo.FindCursor<Row>,
): AsyncGenerator<Row[]> {
  let more = cursor.hasNext();
  try {
    while (await more) {
      const batch = cursor.readBufferedDocuments();
      more = cursor.hasNext();
      // Whoever has stopped listening does not hear that it failed.
      more.catch(() => undefined);
      // The driver sends in a later turn, which work on a batch would put off until its end.
      await setImmediate();
      yield batch;
    }
  } finally {
    // Closed under an answer that is on its way, the store would keep its own end of the cursor.
    await more.catch(() => undefined);
    await cursor.close();
  }
}
