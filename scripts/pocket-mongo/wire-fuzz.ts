/**
 * Sends mutated wire protocol frames to the embedded store.
 *
 *   npx tsx scripts/pocket-mongo/wire-fuzz.ts [--frames 100000] [--seed <number>]
 *
 * Exit code 0 when the server neither crashed, hung nor grew.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { ServerProcess } from "../../packages/pocket-mongo/src/testing/server-process.ts";
import { fuzzServer } from "../../packages/pocket-mongo/src/testing/wire/fuzz.ts";

const { frames, seed } = new Command("wire-fuzz")
  .option("--frames <count>", "how many", "100000")
  .option("--seed <number>", "repeats a run", String(Math.floor(Math.random() * 0x7fffffff)))
  .parse()
  .opts<{ frames: string; seed: string }>();

const directory = mkdtempSync(join(tmpdir(), "wire-fuzz-"));
const server = await ServerProcess.start(directory);
try {
  const result = await fuzzServer(server, Number(seed), Number(frames));
  process.stdout.write(
    `seed ${seed}: ${result.frames} frames, ${result.answered} connections answered to the end, ` +
      `${(result.growthKiB / 1024).toFixed(1)} MiB growth\n`,
  );
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
