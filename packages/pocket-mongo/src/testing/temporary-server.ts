import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { type RunningServer, startServer } from "../server.ts";

export type TemporaryServer = {
  readonly server: RunningServer;
  readonly client: MongoClient;
  stop(): Promise<void>;
};

/** A server of its own in this process, on an empty directory that goes with it, and a client of it. */
export async function startTemporaryServer(): Promise<TemporaryServer> {
  const directory = mkdtempSync(join(tmpdir(), "pocket-mongo-"));
  const server = await startServer({ dbPath: directory });
  const client = await MongoClient.connect(server.uri);
  return {
    server,
    client,
    stop: async () => {
      await client.close();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
