import { randomBytes } from "node:crypto";
import { maxDocumentBytes } from "../bson/decode.ts";
import {
  Binary,
  BSONRegExp,
  BsonUndefined,
  type Doc,
  isDoc,
  ObjectId,
  Timestamp,
  type Value,
} from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { Collection } from "../store/catalog.ts";
import type { WriteView } from "../store/write-view.ts";

/** Checks an `_id` as MongoDB does, or makes one; it always stands first in what is stored. */
export function withId(document: Doc): Doc {
  const id = document.get("_id");
  if (id === undefined) return new Map<string, Value>([["_id", new ObjectId()], ...document]);
  checkId(id);
  if (document.keys().next().value === "_id") return document;
  return new Map<string, Value>([["_id", id], ...[...document].filter(([key]) => key !== "_id")]);
}

function checkId(id: Value): void {
  const bad = Array.isArray(id)
    ? "array"
    : id instanceof BSONRegExp
      ? "regex"
      : id instanceof BsonUndefined
        ? "undefined"
        : undefined;
  if (bad !== undefined) {
    throw new PocketMongoError("InvalidIdField", `The '_id' value cannot be of type ${bad}`);
  }
  if (!isDoc(id)) return;
  const dollar = [...id.keys()].find((key) => key.startsWith("$"));
  if (dollar !== undefined) {
    throw new PocketMongoError(
      "DollarPrefixedFieldName",
      `_id fields may not contain '$'-prefixed fields: ${dollar} is not valid for storage.`,
    );
  }
}

/** An empty timestamp at the top level stands for the moment it is stored. */
export function stamped(document: Doc, now: Date, counter: () => number): Doc {
  let made = document;
  for (const [key, value] of document) {
    if (key === "_id" || !(value instanceof Timestamp) || value.toBigInt() !== 0n) continue;
    if (made === document) made = new Map(document);
    made.set(key, new Timestamp({ t: Math.floor(now.getTime() / 1000), i: counter() }));
  }
  return made;
}

export function checkedSize(bytes: Buffer, when: "insert" | "update"): Buffer {
  if (bytes.length <= maxDocumentBytes) return bytes;
  throw when === "insert"
    ? new PocketMongoError(
        "BadValue",
        `object to insert too large. size in bytes: ${bytes.length}, max size: ${maxDocumentBytes}`,
      )
    : new PocketMongoError(17419, `Resulting document after update is larger than ${maxDocumentBytes}`);
}

/** The collection, made on the spot when it is not there yet. */
export function ensureCollection(view: WriteView, database: string, name: string): Collection {
  return view.catalog.get(database, name) ?? view.createCollection(database, name, new Map(), newUuid());
}

export function newUuid(): Binary {
  const bytes = randomBytes(16);
  // RFC 9562 5.4: version 4, variant 10.
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return new Binary(bytes, Binary.SUBTYPE_UUID);
}
