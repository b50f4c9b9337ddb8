import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encode } from "./bson/encode.ts";
import { type Doc, doc } from "./bson/value.ts";
import { type RunningServer, type ServerOptions, startServer } from "./server.ts";
import { headerBytes, opcodes } from "./wire/messages.ts";

let directory: string;
let server: RunningServer;
let client: MongoClient;
const mebibyte = 1024 * 1024;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "pocket-mongo-limits-"));
});

afterEach(async () => {
  await client.close(true);
  await server.close();
  rmSync(directory, { recursive: true });
});

async function start(options: Partial<ServerOptions> = {}): Promise<void> {
  server = await startServer({ dbPath: directory, ...options });
  client = await MongoClient.connect(server.uri, { retryReads: false });
}

async function fill(collection: string, documents: number, bytes: number): Promise<void> {
  const pad = Buffer.alloc(bytes);
  await client
    .db("d")
    .collection<{ _id: number; pad: Buffer }>(collection)
    .insertMany(Array.from({ length: documents }, (_, _id) => ({ _id, pad })));
}

function framed(command: Doc): Buffer {
  const message = encode(command, headerBytes + 5).fill(0, 0, headerBytes + 5);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(opcodes.message, 12);
  return message;
}

async function openSocket(): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

const status = async (): Promise<Record<string, Record<string, unknown>>> =>
  await client.db("admin").command({ serverStatus: 1 });

test("connections beyond the bound are closed at once, and the others go on", async () => {
  await start({ mostConnections: 20 });
  const sockets = await Promise.all(Array.from({ length: 40 }, openSocket));
  let closed = 0;
  for (const socket of sockets) {
    socket.on("close", () => {
      closed += 1;
    });
    socket.on("error", () => socket.destroy());
    socket.resume();
  }
  while ((await status()).connections?.rejected !== closed || closed < 20)
    await new Promise((resolve) => setImmediate(resolve));
  expect((await status()).connections?.current).toBeLessThanOrEqual(20);
  for (const socket of sockets) socket.destroy();
});

test("cursors beyond the bound are refused, and a closed one makes room", async () => {
  await start({ cursors: { mostCursors: 3 } });
  await fill("rows", 10, 1);
  const rows = client.db("d").collection("rows");
  const open = Array.from({ length: 3 }, () => rows.find({}, { batchSize: 2 }));
  for (const cursor of open) await cursor.next();
  const next = rows.find({}, { batchSize: 2 });
  await expect(next.next()).rejects.toMatchObject({ codeName: "ExceededMemoryLimit" });
  await open[0]?.close();
  expect(await rows.find({}, { batchSize: 2 }).next()).toMatchObject({ _id: 0 });
});

test("a client that asks and asks and never reads does not grow the server", async () => {
  await start();
  await fill("rows", 8, mebibyte);
  const request = framed(doc({ find: "rows", $db: "d" }));
  const socket = await openSocket();
  socket.pause();
  const asked = 200;
  for (let i = 0; i < asked; i += 1) socket.write(request);
  // The server stops at a bound of its own, so what it has sent comes to rest.
  const asks = 20;
  const statusBytes = 4096;
  let before = 0;
  let sent = 0;
  do {
    before = sent;
    for (let i = 0; i < asks; i += 1) sent = Number((await status()).network?.bytesOut);
  } while (sent < 8 * mebibyte || sent - before > asks * statusBytes);
  expect(sent).toBeLessThan(16 * mebibyte);
  socket.destroy();
  expect(await client.db("d").collection<{ _id: number }>("rows").countDocuments({ _id: 1 })).toBe(1);
});

test("the server stops within its grace while a client holds back its replies and a long read runs", async () => {
  await start();
  await fill("rows", 2000, 1000);
  const socket = await openSocket();
  socket.pause();
  for (let i = 0; i < 100; i += 1) socket.write(framed(doc({ find: "rows", batchSize: 2000, $db: "d" })));
  // Every pair of documents: far more than the grace can hold.
  const long = client
    .db("d")
    .collection("rows")
    .aggregate([
      { $lookup: { from: "rows", pipeline: [{ $match: { pad: { $ne: 1 } } }, { $count: "n" }], as: "all" } },
      { $group: { _id: null, n: { $sum: 1 } } },
    ])
    .toArray();
  const ended = expect(long).rejects.toThrow();
  while (Number((await status()).network?.numRequests) < 5);
  const began = performance.now();
  await server.close();
  expect(performance.now() - began).toBeLessThan(3000);
  await ended;
  server = await startServer({ dbPath: directory });
  expect(server.store.view().catalog.get("d", "rows")).toBeDefined();
});

test("serverStatus counts statements, connections and pages", async () => {
  await start();
  await fill("rows", 7, 10);
  await client
    .db("d")
    .collection("rows")
    .updateOne({}, { $set: { a: 1 } });
  await client.db("d").collection("rows").find({}, { batchSize: 3 }).toArray();
  const { opcounters, metrics, lmdb, connections } = await status();
  expect(opcounters).toMatchObject({ insert: 7, update: 1, query: 1, getmore: 2, delete: 0 });
  expect(metrics).toMatchObject({ commands: { find: { total: 1 } }, failedCommits: 0 });
  expect(metrics?.longestCommitMillis).toBeLessThanOrEqual(Number(metrics?.commitMillis));
  expect(lmdb).toMatchObject({ pageSize: 4096 });
  expect(connections?.current).toBeGreaterThan(0);
});
