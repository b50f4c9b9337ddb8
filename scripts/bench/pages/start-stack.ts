import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { buildConsole } from "../../start/build-pages.ts";
import { demonstrationFiles, readJson, writeJson } from "../../start/demonstration.ts";
import { keepRunning } from "../../start/kept-process.ts";
import { buildSite } from "./build-site.ts";
import type { LargeSite } from "./large-site.ts";

export interface LargeStack {
  origin: string;
  site: LargeSite;
  close(): Promise<void>;
}

interface StackWish {
  /** Kept, so that the next run finds the site made. */
  folder: string;
  rooms: number;
  days: number;
  alarms: number;
  print: (line: string) => void;
}

/** Store and API in processes of their own, as on a server, with the large site in the store. */
export async function startStack({ folder, rooms, days, alarms, print }: StackWish): Promise<LargeStack> {
  const files = demonstrationFiles(folder);
  const siteFile = join(folder, "large-site.json");
  const { HALLMETER_PORT: _port, MONGODB_URI: _uri, ...ownEnv } = process.env;
  const kept = { env: ownEnv, onRestart: (name: string, how: string) => print(`${name} ${how}`) };
  const secrets = readJson<{ jwtSecret: string }>(files.secretsFile) ?? {
    jwtSecret: randomBytes(48).toString("base64url"),
  };
  writeJson(files.secretsFile, secrets);
  const store = keepRunning<{ port: number }>({
    ...kept,
    name: "store",
    args: () => ["store", "--dbpath", files.store, "--port", "0"],
    logFile: join(files.logs, "store.log"),
  });
  const { port: storePort } = await store.ready;
  const mongoUri = `mongodb://127.0.0.1:${storePort}/hallmeter`;
  const apiEnv = {
    ...ownEnv,
    MONGODB_URI: mongoUri,
    HALLMETER_DATA: folder,
    HALLMETER_JWT_SECRET: secrets.jwtSecret,
    HALLMETER_PORT: "0",
  };
  let site = readJson<LargeSite>(siteFile);
  if (!site) {
    print(`making a site of ${rooms} rooms, ${days} days and ${alarms} alarms …`);
    site = await buildSite({ apiEnv, rooms, days, alarms, print });
    writeJson(siteFile, site);
  }
  const consoleDir = await buildConsole(print);
  const api = keepRunning<{ port: number }>({
    ...kept,
    env: apiEnv,
    name: "api",
    args: () => ["api", "--console", consoleDir, "--port", "0"],
    logFile: join(files.logs, "api.log"),
  });
  const { port } = await api.ready;
  const filled = site;
  return {
    origin: `http://127.0.0.1:${port}`,
    site,
    async close() {
      // The registers went on.
      writeJson(siteFile, filled);
      await api.stop();
      await store.stop();
    },
  };
}
