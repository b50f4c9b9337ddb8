/**
 * Runs random sequences of operations on the embedded store (or on any server) and on a plain model, and prints the seed of
 * each that ends differently.
 *
 *   npx tsx scripts/pocket-mongo/random-workload.ts [--sequences 10000] [--length 60] [--seed 1] [--jobs 2] [--uri <mongodb://…>]
 *
 * Exit code 0 when there is no difference and every operator of queries and updates has run. One sequence again: --seed <its seed> --sequences 1.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { MongoClient } from "mongodb";
import { expectedOperators, neverRan } from "../../packages/pocket-mongo/src/testing/workload/coverage.ts";
import { runSequence } from "../../packages/pocket-mongo/src/testing/workload/run-sequence.ts";
import { serverUnderTest } from "./server-under-test.ts";

interface Options {
  sequences: string;
  length: string;
  seed: string;
  jobs: string;
  uri?: string;
}

const options = new Command("random-workload")
  .option("--sequences <count>", "how many", "10000")
  .option("--length <operations>", "of one sequence", "60")
  .option("--seed <number>", "of the first sequence; the others follow", "1")
  .option("--jobs <count>", "processes at once", "2")
  .option("--uri <uri>", "a running server instead of the embedded store")
  .parse()
  .opts<Options>();
const sequences = Number(options.sequences);
const length = Number(options.length);
const firstSeed = Number(options.seed);
const jobs = Math.min(Number(options.jobs), sequences);
const progressEvery = 500;
/** A few sequences can't be asked for every operator. */
const enoughForCoverage = 100;
const print = (line: string) => process.stdout.write(`${line}\n`);
const ran = new Set<string>();

if (jobs > 1) await runJobs();
else await runHere();
if (process.send) process.send([...ran]);
else reportCoverage();

function reportCoverage(): void {
  const missing = neverRan(ran);
  print(`${expectedOperators.size - missing.length} of ${expectedOperators.size} operators have run`);
  if (missing.length === 0 || sequences < enoughForCoverage) return;
  print(`never: ${missing.join(" ")}`);
  process.exitCode = 1;
}

async function runJobs(): Promise<void> {
  const each = Math.ceil(sequences / jobs);
  const endings = Array.from({ length: jobs }, async (_, job) => {
    const begin = firstSeed + job * each;
    const count = Math.min(each, firstSeed + sequences - begin);
    const given = [
      "--jobs",
      "1",
      "--seed",
      String(begin),
      "--sequences",
      String(count),
      "--length",
      String(length),
    ];
    if (options.uri !== undefined) given.push("--uri", options.uri);
    const child = fork(fileURLToPath(import.meta.url), given);
    child.on("message", (operators) => {
      for (const one of operators as string[]) ran.add(one);
    });
    const [code] = await once(child, "exit");
    return code === 0;
  });
  if (!(await Promise.all(endings)).every(Boolean)) process.exitCode = 1;
}

async function runHere(): Promise<void> {
  const server = await serverUnderTest(options.uri);
  const client = await MongoClient.connect(server.uri);
  let differences = 0;
  try {
    for (let seed = firstSeed; seed < firstSeed + sequences; seed += 1) {
      try {
        await runSequence(client.db("random_workload"), seed, length, (operator) => ran.add(operator));
      } catch (error) {
        differences += 1;
        print(error instanceof Error ? error.message : String(error));
      }
      const done = seed - firstSeed + 1;
      if (done % progressEvery === 0 && done < sequences)
        print(`${done} of ${sequences} from seed ${firstSeed}`);
    }
  } finally {
    await client.close();
    await server.stop();
  }
  print(
    `seeds ${firstSeed} to ${firstSeed + sequences - 1}: ${differences} differences in ${sequences} sequences`,
  );
  process.exitCode = differences === 0 ? 0 : 1;
}
