import { join, resolve } from "node:path";

/** A store of the embedded kind that this process runs, or the user's own at MONGODB_URI. */
export interface StoreInUse {
  uri: string;
  close(): Promise<void>;
}

const DATABASE = "hallmeter";

/** Where the embedded store keeps its files: HALLMETER_DATA/store. */
export function embeddedStoreFolder(env: NodeJS.ProcessEnv): string {
  return join(resolve(env.HALLMETER_DATA ?? "./data"), "store");
}

/** The store that the environment names: MONGODB_URI, or the embedded one in HALLMETER_DATA. */
export async function openStore(env: NodeJS.ProcessEnv): Promise<StoreInUse> {
  if (env.MONGODB_URI) return { uri: env.MONGODB_URI, close: async () => {} };
  const { startServer } = await import("@hallmeter/pocket-mongo");
  const server = await startServer({ dbPath: embeddedStoreFolder(env), port: 0 });
  return { uri: `mongodb://127.0.0.1:${server.port}/${DATABASE}`, close: () => server.close() };
}
