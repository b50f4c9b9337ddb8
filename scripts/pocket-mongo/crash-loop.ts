/**
 * Kills the embedded store under 64 writers, again and again, and looks for what was acknowledged.
 *
 *   npx tsx scripts/pocket-mongo/crash-loop.ts [--rounds 500] [--seed <number>]
 *
 * Exit code 0 when nothing acknowledged was lost, nothing half applied, and every index equals its documents.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { crashRound, newcomers } from "../../packages/pocket-mongo/src/testing/crash/crash-round.ts";
import { Random } from "../../packages/pocket-mongo/src/testing/random.ts";

/** A directory lives through this many crashes before the next begins empty. */
const roundsPerDirectory = 25;

const { rounds, seed } = new Command("crash-loop")
  .option("--rounds <count>", "how many kills", "500")
  .option("--seed <number>", "of the moments of the kills", String(Math.floor(Math.random() * 0x7fffffff)))
  .parse()
  .opts<{ rounds: string; seed: string }>();

const random = new Random(Number(seed));
let acknowledged = 0;
let wrong = 0;
for (let done = 0; done < Number(rounds); done += roundsPerDirectory) {
  const directory = mkdtempSync(join(tmpdir(), "crash-loop-"));
  const writers = newcomers();
  for (let round = done + 1; round <= Math.min(done + roundsPerDirectory, Number(rounds)); round += 1) {
    const report = await crashRound(directory, writers, random);
    acknowledged += report.acknowledged;
    wrong += report.wrong.length;
    for (const line of report.wrong) process.stdout.write(`round ${round}: ${line}\n`);
  }
  rmSync(directory, { recursive: true, force: true });
  const kills = Math.min(done + roundsPerDirectory, Number(rounds));
  process.stdout.write(
    `${kills} of ${rounds} kills, ${acknowledged} steps acknowledged, ${wrong} findings\n`,
  );
}
process.stdout.write(
  `seed ${seed}: ${rounds} kills, ${acknowledged} steps acknowledged, ${wrong} findings\n`,
);
process.exitCode = wrong === 0 ? 0 : 1;
