import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient, MongoServerError } from "mongodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareRestore } from "./restore.ts";
import { type RunningServer, startServer } from "./server.ts";
import { backup } from "./store/backup.ts";
import { ServerProcess } from "./testing/server-process.ts";

let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pocket-mongo-restore-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

type Row = { _id: number; of: string };

/** Writes one generation of documents whole, by one insert. */
async function writeGeneration(client: MongoClient, of: string, count: number): Promise<void> {
  const rows = client.db("d").collection<Row>("c");
  await rows.deleteMany({});
  await rows.insertMany(Array.from({ length: count }, (_, i) => ({ _id: i, of })));
}

/** The generations that are there, with their counts; more than one would be a mixture. */
async function generations(client: MongoClient): Promise<Record<string, number>> {
  const rows = await client.db("d").collection<Row>("c").find().toArray();
  const counts: Record<string, number> = {};
  for (const { of } of rows) counts[of] = (counts[of] ?? 0) + 1;
  return counts;
}

async function withClient<Result>(
  uri: string,
  run: (client: MongoClient) => Promise<Result>,
): Promise<Result> {
  const client = await MongoClient.connect(uri, { retryReads: false });
  try {
    return await run(client);
  } finally {
    await client.close();
  }
}

const start = (): Promise<RunningServer> => startServer({ dbPath: at("live"), settlingMs: 0 });

test("a running server goes over to a backup; open cursors and writes end with an error, never with both", async () => {
  const server = await start();
  const client = await MongoClient.connect(server.uri, { retryReads: false });
  await writeGeneration(client, "old", 300);
  await backup(at("live"), at("copy"));
  await writeGeneration(client, "new", 500);

  const cursor = client.db("d").collection<Row>("c").find({}, { batchSize: 10 });
  expect((await cursor.next())?.of).toBe("new");
  const staged = await prepareRestore(at("copy"), at("live"));
  expect(staged).toMatchObject({ running: true, documents: 300, collections: 1 });
  expect(await generations(client)).toEqual({ new: 500 });
  await staged.apply();
  staged.discard();

  await expect(cursor.toArray()).rejects.toThrow();
  await client.close();
  expect(await withClient(server.uri, generations)).toEqual({ old: 300 });
  await withClient(server.uri, (again) => writeGeneration(again, "later", 5));
  await server.close();
  const reopened = await start();
  expect(await withClient(reopened.uri, generations)).toEqual({ later: 5 });
  await reopened.close();
});

test("while the data is replaced commands are refused with a code that drivers retry", async () => {
  const server = await startServer({ dbPath: at("live"), settlingMs: 60_000 });
  await withClient(server.uri, (client) => writeGeneration(client, "old", 3));
  await backup(at("live"), at("copy"));
  const staged = await prepareRestore(at("copy"), at("live"));
  await staged.apply();
  staged.discard();
  await withClient(server.uri, async (client) => {
    const refused = await generations(client).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(MongoServerError);
    expect(refused).toMatchObject({ code: 91, codeName: "ShutdownInProgress" });
  });
  await server.close();
});

test("what is no data file is refused, and the server goes on with the data it has", async () => {
  const server = await start();
  await withClient(server.uri, (client) => writeGeneration(client, "old", 3));
  const staging = join(at("live"), "restoring-1");
  mkdirSync(staging);
  writeFileSync(join(staging, "data.mdb"), Buffer.alloc(16_384, 7));
  await withClient(server.uri, async (client) => {
    const command = { pocketReplaceData: "restoring-1" };
    await expect(client.db("admin").command(command)).rejects.toMatchObject({ code: 2 });
    await expect(client.db("admin").command({ pocketReplaceData: "../elsewhere" })).rejects.toMatchObject({
      code: 2,
    });
  });
  await withClient(server.uri, (client) =>
    client.db("d").collection<Row>("c").insertOne({ _id: 9, of: "old" }),
  );
  expect(await withClient(server.uri, generations)).toEqual({ old: 4 });
  await server.close();
});

test("a server killed while it changes over has the old data or the new, whole", async () => {
  const seen = new Set<string>();
  // Moments spread over the change: the earlier ones find the old data, the later ones the new.
  for (const killAfterMs of [0, 5, 20, 60]) {
    let server = await ServerProcess.start(at("live"));
    const copy = at(`copy-${killAfterMs}`);
    await withClient(server.uri, (client) => writeGeneration(client, "old", 200));
    await backup(at("live"), copy);
    await withClient(server.uri, (client) => writeGeneration(client, "new", 200));
    const staged = await prepareRestore(copy, at("live"));
    const applied = staged.apply().then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => setTimeout(resolve, killAfterMs));
    await server.kill();
    const answered = await applied;
    staged.discard();
    server = await ServerProcess.start(at("live"));
    const found = await withClient(server.uri, generations);
    expect([{ old: 200 }, { new: 200 }]).toContainEqual(found);
    if (answered) expect(found).toEqual({ old: 200 });
    for (const one of Object.keys(found)) seen.add(one);
    await server.stop();
    expect(readdirSync(at("live")).filter((name) => name.startsWith("restoring"))).toEqual([]);
  }
  expect(seen.has("old")).toBe(true);
});
