import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { decode } from "../bson/decode.ts";
import { type Doc, doc, isDoc, RawDocument, type Value } from "../bson/value.ts";
import { openSite } from "./open-site.ts";

/** Plain JavaScript for a test's tables; whole numbers are int32, others doubles, and values of BSON stay what they are. */
export type Plain = Value | undefined | { readonly [name: string]: Plain } | readonly Plain[];

export function bson(plain: Plain): Value {
  if (Array.isArray(plain)) return plain.map(bson);
  if (typeof plain !== "object" || plain === null) return doc({ v: plain as Value }).get("v") as Value;
  if (Object.getPrototypeOf(plain) !== Object.prototype) return plain as Value;
  return new Map(Object.entries(plain).map(([name, value]) => [name, bson(value as Plain)]));
}

/** A value read back as a test writes it: documents as plain objects, every other type as it is stored. */
export function plain(value: Value | undefined): unknown {
  if (value instanceof RawDocument) return plain(decode(value.bytes));
  if (isDoc(value)) return Object.fromEntries([...value].map(([name, one]) => [name, plain(one)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

export type Reply = Record<string, unknown>;

export type InProcess = {
  /** Runs a command on the database `d` and gives its whole reply, also one that is not ok. */
  run(command: { readonly [name: string]: Plain }): Promise<Reply>;
  /** As `run`, but a reply that is not ok fails the test. */
  ok(command: { readonly [name: string]: Plain }): Promise<Reply>;
  /** Empties a collection and fills it. */
  fill(collection: string, documents: readonly Plain[]): Promise<void>;
  find(collection: string, options?: { readonly [name: string]: Plain }): Promise<unknown[]>;
  aggregate(collection: string, pipeline: readonly Plain[]): Promise<unknown[]>;
};

/** One server without sockets for the tests of a file. */
export function inProcess(now: () => Date = () => new Date(0)): InProcess {
  let folder: string;
  let site: ReturnType<typeof openSite>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pocket-mongo-in-process-"));
    site = openSite(folder, now);
  });
  afterAll(async () => {
    await site.close();
    rmSync(folder, { recursive: true });
  });
  const run = async (command: { readonly [name: string]: Plain }): Promise<Reply> => {
    const body = bson({ $db: "d", ...command }) as Doc;
    const name = Object.keys(command).find((one) => one !== "$db") as string;
    const first = new Map<string, Value>([[name, body.get(name) as Value], ...body]);
    return plain(await site.run(first)) as Reply;
  };
  const ok = async (command: { readonly [name: string]: Plain }): Promise<Reply> => {
    const reply = await run(command);
    if (reply.ok !== 1 || reply.writeErrors !== undefined)
      throw new Error(`${JSON.stringify(Object.keys(command))}: ${JSON.stringify(reply)}`);
    return reply;
  };
  const batch = (reply: Reply): unknown[] => (reply.cursor as { firstBatch: unknown[] }).firstBatch;
  return {
    run,
    ok,
    fill: async (collection, documents) => {
      await ok({ drop: collection });
      if (documents.length > 0) await ok({ insert: collection, documents });
    },
    find: async (collection, options = {}) =>
      batch(await ok({ find: collection, batchSize: 1000, ...options })),
    aggregate: async (collection, pipeline) =>
      batch(await ok({ aggregate: collection, pipeline, cursor: { batchSize: 1000 } })),
  };
}
