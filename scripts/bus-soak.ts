/**
 * Polls a hostile line on a virtual clock and looks for one wrong value, one false success, one request that nobody settles:
 * 10 % lost, 1 % corrupt, answers up to 5 s late, doubled and foreign frames, five dead and two doubled addresses.
 *
 *   npx tsx scripts/bus-soak.ts [--polls 1000000] [--seed 1] [--echo] [--admitted-latency 1000]
 *
 * The same seed gives the same run. Exit code 0 when nothing was found.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Command } from "commander";
import { runSoak } from "./bus-soak/run-soak.ts";

const HEAP_LOOKS = 10;
const FINDINGS_SHOWN = 20;

const options = new Command("bus-soak")
  .option("--polls <count>", "how many", "1000000")
  .option("--seed <number>", "of everything that is drawn", "1")
  .option(
    "--admitted-latency <ms>",
    "what the profile says; answers come up to 5 s late all the same",
    "1000",
  )
  .option("--echo", "the adapter repeats what is sent", false)
  .parse()
  .opts<{ polls: string; seed: string; admittedLatency: string; echo: boolean }>();

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const print = (line: string) => process.stdout.write(`${line}\n`);

const startedAt = performance.now();
let nextLook = 0;
const heapMb: number[] = [];
const result = await runSoak({
  seed: Number(options.seed),
  polls: Number(options.polls),
  echo: options.echo,
  admittedLatencyMs: Number(options.admittedLatency),
  onStep: (share) => {
    if (share < nextLook / HEAP_LOOKS) return;
    nextLook += 1;
    collectGarbage();
    heapMb.push(process.memoryUsage().heapUsed / 1e6);
    print(
      `${Math.round(share * 100)} %: heap ${heapMb.at(-1)?.toFixed(1)} MB after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
    );
  },
});
const { findings, ...figures } = result;
print(JSON.stringify({ seed: Number(options.seed), echo: options.echo, ...figures }, null, 2));
for (const { violation, detail } of findings.slice(0, FINDINGS_SHOWN)) print(`FOUND ${violation}: ${detail}`);
print(`${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;
