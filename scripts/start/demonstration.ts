import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DemoLogin } from "./seed.ts";

/** Everything the demonstration keeps in its data directory, and nothing else there. */
export interface DemonstrationFiles {
  folder: string;
  store: string;
  logs: string;
  gatewayStore: string;
  simulatorState: string;
  siteFile: string;
  gatewayFile: string;
  secretsFile: string;
  loginsFile: string;
  seededFile: string;
}

export function demonstrationFiles(folder: string): DemonstrationFiles {
  const files: DemonstrationFiles = {
    folder,
    store: join(folder, "store"),
    logs: join(folder, "logs"),
    gatewayStore: join(folder, "gateway"),
    simulatorState: join(folder, "simulator-state.json"),
    siteFile: join(folder, "simulated-site.json"),
    gatewayFile: join(folder, "gateway.json"),
    secretsFile: join(folder, "secrets.json"),
    loginsFile: join(folder, "demo-logins.json"),
    seededFile: join(folder, "demonstration.json"),
  };
  for (const path of [folder, files.store, files.logs, files.gatewayStore])
    mkdirSync(path, { recursive: true, mode: 0o700 });
  return files;
}

/** What a second start needs to know of the first. */
export interface SeededRecord {
  siteStartedAt: string;
  administrator: DemoLogin;
  busIds: string[];
  hasLockouts: boolean;
}

/** A reader sees the old file or the new one, never half of it. */
export function writeJson(path: string, value: unknown): void {
  const draft = `${path}.draft`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A demonstration that was interrupted while it was being set up holds nothing of worth: begin again. */
export function forgetHalfSeeded(files: DemonstrationFiles): void {
  for (const path of [
    files.store,
    files.gatewayStore,
    files.simulatorState,
    files.gatewayFile,
    files.loginsFile,
  ])
    rmSync(path, { recursive: true, force: true });
  demonstrationFiles(files.folder);
}
