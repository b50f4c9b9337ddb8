import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
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

/** False when tests run on somebody's running server, which none of them may stop. */
export const testServerIsOurs = !namesRunningServer(choice);

/**
 * A database for one test file. By default mongodb-memory-server runs the embedded store; `HALLMETER_TEST_DB=mongod`
 * lets it download a real mongod, and a `mongodb://` URI there names a server that is already running.
 */
export async function startTestDatabase(): Promise<TestDatabase> {
  const name = `test-${randomUUID()}`;
  if (namesRunningServer(choice)) return onRunningServer(choice, name);
  if (choice !== "" && choice !== "mongod") {
    throw new Error(`HALLMETER_TEST_DB must be "mongod" or a mongodb:// URI, not "${choice}"`);
  }
  if (choice !== "mongod") process.env.MONGOMS_SYSTEM_BINARY ??= pocketMongod;
  const server = choice === "mongod" ? await startMongod() : await MongoMemoryServer.create();
  return {
    uri: server.getUri(name),
    stop: async () => {
      await server.stop();
    },
  };
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
