import { availableParallelism } from "node:os";
import { Command } from "commander";
import type { MonthReport } from "../apps/bus-gateway/src/testing/simulation/month.ts";
import { positive } from "./command-line/option-values.ts";
import { runSeeds } from "./simulate-month/run-seeds.ts";
import { addOutcome, nothingYet, summaryText } from "./simulate-month/summary.ts";

const PROGRESS_EVERY_MS = 10_000;
/** Of one seed; the rest mostly follows from the first. */
const MOST_FINDINGS_SHOWN = 20;

const program = new Command("simulate-month")
  .description(
    "A site's gateway over some weeks of everything going wrong, judged at every step, seed after seed. Exit code 1 when the judge found anything.",
  )
  .option("--from <seed>", "first seed", positive, 1)
  .option("--seeds <count>", "how many", positive, 1)
  .option("--circuits <count>", "of the site", positive, 200)
  .option("--days <days>", "may be a fraction", positive, 30)
  .option("--poll-s <seconds>", "between two polls of a circuit that nobody watches", positive, 600)
  .option("--mishaps <factor>", "how much oftener things go wrong than by ordinary bad luck", positive, 1)
  .option("--processes <count>", "side by side", positive, availableParallelism())
  .option("--json", "the summary as JSON on standard output, findings and progress on standard error")
  .parse();
const { from, seeds, circuits, days, pollS, mishaps, processes, json } = program.opts<{
  from: number;
  seeds: number;
  circuits: number;
  days: number;
  pollS: number;
  mishaps: number;
  processes: number;
  json?: true;
}>();

function showFindings({ seed, findings }: MonthReport): void {
  for (const { atMs, circuitId, what } of findings.slice(0, MOST_FINDINGS_SHOWN))
    console.error(`seed ${seed}, hour ${(atMs / 3_600_000).toFixed(3)}, ${circuitId}: ${what}`);
  const site = `--circuits ${circuits} --days ${days} --poll-s ${pollS} --mishaps ${mishaps}`;
  console.error(`  again: npx tsx scripts/simulate-month.ts --from ${seed} ${site}`);
}

const summary = nothingYet();
const startedMs = performance.now();
let toldMs = startedMs;
await runSeeds(
  Array.from({ length: seeds }, (_, index) => from + index),
  { circuits, days, mishaps, pollIntervalMs: pollS * 1000 },
  processes,
  (outcome) => {
    addOutcome(summary, outcome);
    if (outcome.report.findings.length > 0) showFindings(outcome.report);
    if (performance.now() - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = performance.now();
    const elapsedS = Math.round((toldMs - startedMs) / 1000);
    console.error(`${summary.seeds} of ${seeds} seeds after ${elapsedS} s, ${summary.findings} findings`);
  },
);
console.log(json ? JSON.stringify(summary) : summaryText(summary));
process.exitCode = summary.findings > 0 ? 1 : 0;
