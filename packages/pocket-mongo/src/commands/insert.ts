import { encode } from "../bson/encode.ts";
import { type Doc, doc, number, RawDocument } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { WriteView } from "../store/write-view.ts";
import { asDoc, checkedDatabase, collectionName, flag, statements } from "./arguments.ts";
import type { Call, Command } from "./command.ts";
import { checkedSize, ensureCollection, stamped, withId } from "./stored-document.ts";
import { endsCommand, writeError } from "./write-errors.ts";

/** Documents of one transaction; a long insert lets other writers in between. */
const stretch = 1000;

type Prepared = { document: Doc; bytes: Buffer } | PocketMongoError;

export const insert: Command = {
  arguments: ["documents", "ordered", "bypassDocumentValidation"],
  run: async (call) => {
    checkedDatabase(call.database);
    const collection = collectionName(call);
    const ordered = flag(call, "ordered", true);
    const given = statements(call, "documents");
    const errors: Doc[] = [];
    let inserted = 0;
    for (let at = 0; at < given.length; at += stretch) {
      const prepared = given.slice(at, at + stretch).map((one) => prepare(one, call));
      const failed = await call.store.write((view) => {
        const failures: [number, PocketMongoError][] = [];
        for (const [i, one] of prepared.entries()) {
          const error =
            one instanceof PocketMongoError ? one : insertOne(view, call.database, collection, one);
          if (error === undefined) continue;
          failures.push([at + i, error]);
          if (ordered) return { failures, done: i };
        }
        return { failures, done: prepared.length - failures.length };
      }, call.pace);
      inserted += failed.done;
      for (const [index, error] of failed.failures) errors.push(writeError(index, error));
      if (ordered && failed.failures.length > 0) break;
    }
    const reply = doc({ n: number(inserted), ok: 1 });
    if (errors.length > 0) reply.set("writeErrors", errors);
    return reply;
  },
};

function prepare(given: Doc | RawDocument, call: Call): Prepared {
  try {
    const document = asDoc(given);
    const stored = stamped(withId(document), call.now, call.server.nextIncrement);
    const raw = given instanceof RawDocument && stored === document;
    const bytes = raw
      ? Buffer.from(given.bytes.buffer, given.bytes.byteOffset, given.bytes.length)
      : encode(stored);
    return { document: stored, bytes: checkedSize(bytes, "insert") };
  } catch (error) {
    if (error instanceof PocketMongoError) return error;
    throw error;
  }
}

function insertOne(
  view: WriteView,
  database: string,
  name: string,
  { document, bytes }: { document: Doc; bytes: Buffer },
): PocketMongoError | undefined {
  try {
    view.insert(ensureCollection(view, database, name), document, bytes);
    return undefined;
  } catch (error) {
    if (error instanceof PocketMongoError && !endsCommand(error)) return error;
    throw error;
  }
}
