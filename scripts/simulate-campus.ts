import { Command } from "commander";
import { type CampusReport, simulateCampus } from "../tests/simulation/campus/simulate-campus.ts";
import { positive, share } from "./command-line/option-values.ts";

const PROGRESS_EVERY_MS = 10_000;

const program = new Command("simulate-campus")
  .description(
    "The money of a campus over months or years: sales, voids, online payments, grants, prices, meters, moves, refunds and deaths of the server, held at every step against plain books of its own, to the nano. Exit code 1 when they differ.",
  )
  .option("--from <seed>", "first seed", positive, 1)
  .option("--seeds <count>", "how many", positive, 1)
  .option("--households <count>", "with one to three circuits each", positive, 20)
  .option("--days <days>", "a year has 365", positive, 365)
  .option("--poll-minutes <minutes>", "between two readings of a circuit", positive, 60)
  .option("--step-minutes <minutes>", "between two things that happen, on average", positive, 150)
  .option("--deaths <share>", "of the steps in which the server dies between two operations", share, 0.1)
  .option("--json", "a report for each seed on standard output, one line each")
  .addHelpText(
    "after",
    `
The store runs in this process and keeps its files in memory; HALLMETER_TEST_DB names another, as for the tests. Time goes into what
happens, not into days: one thing a day and four polls (--step-minutes 1440 --poll-minutes 360) with 6 households take about half a
second of a core for each day. LOG_LEVEL=error shows why the server said 500.`,
  )
  .parse();
const { from, seeds, json, ...campus } = program.opts<{
  from: number;
  seeds: number;
  households: number;
  days: number;
  pollMinutes: number;
  stepMinutes: number;
  deaths: number;
  json?: true;
}>();

function show(report: CampusReport): void {
  const { seed, timeZone, findings, counts, entries, requests, operations, deaths } = report;
  for (const { day, step, what } of findings) console.error(`seed ${seed}, ${day}, ${step}: ${what}`);
  if (findings.length > 0) {
    const options = Object.entries(campus).map(
      ([name, value]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${value}`,
    );
    console.error(`  again: npx tsx scripts/simulate-campus.ts --from ${seed} ${options.join(" ")}`);
  }
  if (json) {
    console.log(JSON.stringify(report));
    return;
  }
  const acts = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  console.log(
    `seed ${seed}, ${timeZone}: ${findings.length} findings; ${entries} entries by ${requests} requests` +
      (operations > 0 ? `, ${operations} operations` : "") +
      `, ${deaths} deaths\n  ${acts.join(", ")}`,
  );
}

let findings = 0;
for (let seed = from; seed < from + seeds; seed += 1) {
  let toldMs = performance.now();
  const { deaths: deathShare, ...options } = campus;
  const report = await simulateCampus({ seed, deathShare, ...options }, (day) => {
    if (performance.now() - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = performance.now();
    console.error(`seed ${seed}: ${day}`);
  });
  findings += report.findings.length;
  show(report);
}
process.exitCode = findings > 0 ? 1 : 0;
