import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openLmdbTables } from "./lmdb-tables.ts";

const WRITER = fileURLToPath(new URL("../testing/endless-writer.ts", import.meta.url));

/** Starts a writer on the directory, kills it after it has reported so many writes, and returns the last it reported. */
async function writeAndKill(directory: string, reports: number): Promise<number> {
  const child = spawn(process.execPath, ["--import", "tsx", WRITER, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  let last = 0;
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    seen += 1;
    if (seen === reports) child.kill("SIGKILL");
  }
  await gone;
  return last;
}

it("has every acknowledged write after kill -9, whole, and opens again at once", async () => {
  const directory = mkdtempSync(join(tmpdir(), "hallmeter-kill-"));
  try {
    let before = 0;
    for (const reports of [3, 40, 150]) {
      const acknowledged = await writeAndKill(directory, reports);
      expect(acknowledged).toBeGreaterThan(before);
      const tables = openLmdbTables(directory);
      const kept = Number(tables.get("meta", "newest"));
      expect(kept).toBeGreaterThanOrEqual(acknowledged);
      // Each write put its number in two tables; neither may have one without the other.
      expect(tables.get("events", kept)).toEqual({ number: kept });
      expect(tables.lastKey("events")).toBe(kept);
      before = kept;
      await tables.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
