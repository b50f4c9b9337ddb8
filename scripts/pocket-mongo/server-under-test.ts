import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface ServerUnderTest {
  readonly uri: string;
  stop(): Promise<void>;
}

const executable = fileURLToPath(
  new URL("../../packages/pocket-mongo/bin/pocket-mongod.mjs", import.meta.url),
);

/** The server at `uri`, or without one the embedded store's executable on an empty directory. */
export async function serverUnderTest(uri: string | undefined): Promise<ServerUnderTest> {
  if (uri !== undefined) return { uri, stop: async () => undefined };
  const directory = mkdtempSync(join(tmpdir(), "pocket-mongo-judge-"));
  const server = spawn(process.execPath, [executable, "--port", "0", "--dbpath", directory, "--noauth"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await portSaid(server.stdout);
  if (port === undefined)
    throw new Error(`the embedded store ended before it listened, code ${server.exitCode}`);
  // Its log must go on flowing, or the pipe would fill and stop the server.
  server.stdout.resume();
  return {
    uri: `mongodb://127.0.0.1:${port}/`,
    stop: async () => {
      if (server.exitCode === null) {
        server.kill("SIGINT");
        await once(server, "exit");
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function portSaid(log: NodeJS.ReadableStream): Promise<number | undefined> {
  const lines = createInterface({ input: log });
  for await (const line of lines) {
    const said: unknown = line.startsWith("{") ? JSON.parse(line) : undefined;
    if (typeof said === "object" && said !== null && "port" in said) return Number(said.port);
  }
  return undefined;
}
