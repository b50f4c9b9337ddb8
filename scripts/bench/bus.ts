/**
 * What the gateway's bus makes of a line, beside what physics allows and what other masters do on the same line.
 *
 *   npx tsx scripts/bench/bus.ts [--only limit,merging,priority,dead-units] [--seconds 30] [--trips 200] [--bauds 9600,…]
 *
 * The far end is a paced slave in C that measures silences and rates by itself (needs gcc); peers that are not installed are
 * left out. Dead units run on a virtual clock, the others in real time.
 */
import { Command } from "commander";
import { measureDeadUnits } from "./bus/dead-units.ts";
import { measureLimit } from "./bus/limit.ts";
import { measureMerging } from "./bus/merging.ts";
import { measurePriority } from "./bus/priority.ts";

const options = new Command("bus")
  .option("--only <parts>", "limit, merging, priority, dead-units", "limit,merging,priority,dead-units")
  .option("--seconds <seconds>", "how long each master, each speed is measured", "30")
  .option(
    "--trips <count>",
    "trips decided at random instants; half as many with a dead unit in flight",
    "200",
  )
  .option("--bauds <list>", "speeds of limit and merging", "9600,19200,115200")
  .parse()
  .opts<{ only: string; seconds: string; trips: string; bauds: string }>();

const bauds = options.bauds.split(",").map(Number);
const seconds = Number(options.seconds);

const PARTS = {
  limit: () => measureLimit({ bauds, seconds }),
  merging: () => measureMerging({ bauds, seconds }),
  priority: () => measurePriority({ trips: Number(options.trips) }),
  "dead-units": () => measureDeadUnits(),
} as const;

for (const part of options.only.split(",")) {
  const measure = PARTS[part as keyof typeof PARTS];
  if (!measure) throw new Error(`there is no part "${part}"`);
  process.stdout.write(`\n## ${part}\n\n`);
  for await (const line of measure()) process.stdout.write(`${line}\n`);
}
