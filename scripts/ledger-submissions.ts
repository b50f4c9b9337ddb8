/**
 * Submissions as a bad network makes them: every request several times, shuffled, from two processes' worth of ledgers at once,
 * each entry exactly once afterwards. The tests run a small one.
 *
 *   npx tsx scripts/ledger-submissions.ts [--submissions 100000] [--seed 1]
 */
import { Command } from "commander";
import { startTestDatabase } from "../tests/support/test-database.ts";
import { submitEverything } from "./ledger-submissions/submit-everything.ts";

const options = new Command("ledger-submissions")
  .option("--submissions <count>", "in all, repetitions included", "100000")
  .option("--seed <number>", "of shuffling and repeating", "1")
  .parse()
  .opts<{ submissions: string; seed: string }>();

const database = await startTestDatabase();
try {
  const startedMs = performance.now();
  const result = await submitEverything(database.uri, Number(options.submissions), Number(options.seed));
  const tookS = (performance.now() - startedMs) / 1000;
  process.stdout.write(`seed ${options.seed}: ${JSON.stringify(result)}, ${tookS.toFixed(1)} s\n`);
  process.exitCode = result.faults.length === 0 ? 0 : 1;
} finally {
  await database.stop();
}
