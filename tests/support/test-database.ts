import { randomUUID } from "node:crypto";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startServer } from "@hallmeter/pocket-mongo";
import { MongoClient } from "mongodb";
import { MongoMemoryServer } from "mongodb-memory-server";

const pocketMongod = fileURLToPath(
  new URL("../../packages/pocket-mongo/bin/pocket-mongod.mjs", import.meta.url),
);

export type TestDatabase = {
  /** Connection string with a database of its own, empty at the start. */
  readonly uri: string;
  stop(): Promise<void>;
};

const choice = process.env.HALLMETER_TEST_DB ?? "";

function namesRunningServer(text: string): boolean {
  return /^mongodb(\+srv)?:\/\//.test(text);
}

/**
 * A database for one test file. By default mongodb-memory-server runs the embedded store; `HALLMETER_TEST_DB=mongod`
 * lets it download a real mongod, and a `mongodb://` URI there names a server that is already running. `here`: the embedded
 * store runs in this process, which is quicker where each operation waits for the one before.
 */
export async function startTestDatabase({ here = false } = {}): Promise<TestDatabase> {
  if (namesRunningServer(choice)) return onRunningServer(choice, newName());
  if (choice !== "" && choice !== "mongod") {
    throw new Error(`HALLMETER_TEST_DB must be "mongod" or a mongodb:// URI, not "${choice}"`);
  }
  return startOwnTestDatabase({ here });
}

const newName = (): string => `test-${randomUUID()}`;

/** The same on a server of its own, for a test that stops it. */
export async function startOwnTestDatabase({ here = false } = {}): Promise<TestDatabase> {
  const name = newName();
  if (choice === "mongod") {
    const server = await startMongod();
    return { uri: server.getUri(name), stop: async () => void (await server.stop()) };
  }
  return here ? startPocketMongoHere(name) : startPocketMongo(name);
}

/** Where Linux keeps files in memory, and how much of it must be free: containers often have 64 MB. */
const MEMORY_FOLDER = "/dev/shm";
const MEMORY_NEEDED_BYTES = 2 * 2 ** 30;
/** A second where nobody else is; a busy machine takes longer. Below the limit of a hook. */
const LAUNCH_LIMIT_MS = 25_000;

async function startPocketMongo(name: string): Promise<TestDatabase> {
  process.env.MONGOMS_SYSTEM_BINARY ??= pocketMongod;
  // It would start another process in each test file, only to be told a version that nobody asked for.
  process.env.MONGOMS_SYSTEM_BINARY_VERSION_CHECK ??= "false";
  const dbPath = await mkdtemp(join(await folderOfStores(), "hallmeter-test-"));
  const server = await MongoMemoryServer.create({ instance: { dbPath, launchTimeout: LAUNCH_LIMIT_MS } });
  return {
    uri: server.getUri(name),
    stop: async () => {
      await server.stop({ doCleanup: false });
      await rm(dbPath, { recursive: true, force: true });
    },
  };
}

async function startPocketMongoHere(name: string): Promise<TestDatabase> {
  const dbPath = await mkdtemp(join(await folderOfStores(), "hallmeter-test-"));
  const server = await startServer({ dbPath });
  return {
    uri: new URL(name, server.uri).href,
    stop: async () => {
      await server.close();
      await rm(dbPath, { recursive: true, force: true });
    },
  };
}

/** No test looks behind a loss of power, so none has to wait for a disk at every write. */
async function folderOfStores(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(MEMORY_FOLDER);
    return bavail * bsize >= MEMORY_NEEDED_BYTES ? MEMORY_FOLDER : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** One line that says what to do: the reasons of a failed download run over several. */
async function startMongod(): Promise<MongoMemoryServer> {
  try {
    return await MongoMemoryServer.create();
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ");
    throw new Error(
      `HALLMETER_TEST_DB=mongod: no mongod could be downloaded or started (${why}); MONGOMS_SYSTEM_BINARY may name one`,
    );
  }
}

async function onRunningServer(server: string, name: string): Promise<TestDatabase> {
  const uri = new URL(server);
  uri.pathname = `/${name}`;
  return {
    uri: uri.href,
    stop: async () => {
      const client = await MongoClient.connect(server);
      await client.db(name).dropDatabase();
      await client.close();
    },
  };
}
