/**
 * How fast use becomes money.
 *
 *   npx tsx scripts/bench/rating.ts [--only re-rate] [--circuits 10000] [--month 2026-10] [--zone Europe/Berlin]
 *
 * re-rate: the month's stored load profiles of all circuits under a scheme that has everything, from the embedded store. Beside it
 * the limit: a plain loop that multiplies the same arrays by a price. The default month has a change of the clock.
 */
import { Command } from "commander";
import { measureReRating } from "./rating/re-rate.ts";

const options = new Command("rating")
  .option("--only <parts>", "re-rate", "re-rate")
  .option("--circuits <count>", "circuits of the site", "10000")
  .option("--month <month>", "local month, YYYY-MM", "2026-10")
  .option("--zone <zone>", "time zone of the site", "Europe/Berlin")
  .parse()
  .opts<{ only: string; circuits: string; month: string; zone: string }>();

const PARTS = {
  "re-rate": () =>
    measureReRating({ circuits: Number(options.circuits), month: options.month, timeZone: options.zone }),
} as const;

for (const part of options.only.split(",")) {
  const measure = PARTS[part as keyof typeof PARTS];
  if (!measure) throw new Error(`there is no part "${part}"`);
  process.stdout.write(`\n## ${part}\n\n`);
  for await (const line of measure()) process.stdout.write(`${line}\n`);
}
