import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { openSite } from "../packages/pocket-mongo/src/testing/open-site.ts";
import { runSequence } from "../packages/pocket-mongo/src/testing/run-sequence.ts";

/** Random workloads on the embedded store against a plain model; prints the seed of every difference. */
const options = new Command("pocket-mongo-workloads")
  .option("--sequences <count>", "how many sequences", "10000")
  .option("--first <seed>", "seed of the first one", "1")
  .option("--steps <count>", "steps of each", "60")
  .parse()
  .opts<{ sequences: string; first: string; steps: string }>();

const directory = mkdtempSync(join(tmpdir(), "pocket-mongo-workloads-"));
const server = openSite(directory);
const first = Number(options.first);
let differences = 0;
for (let seed = first; seed < first + Number(options.sequences); seed += 1) {
  try {
    await runSequence(server, seed, Number(options.steps));
  } catch (error) {
    differences += 1;
    process.stdout.write(`${(error as Error).message}\n`);
    if (differences >= 10) break;
  }
}
process.stdout.write(
  `seeds ${first} to ${first + Number(options.sequences) - 1}: ${differences} differences\n`,
);
await server.close();
rmSync(directory, { recursive: true });
process.exitCode = differences > 0 ? 1 : 0;
