import { type ChildProcess, fork } from "node:child_process";
import type { MonthOptions, MonthReport } from "../../apps/bus-gateway/src/testing/simulation/month.ts";

/** Most of what a simulated step makes is gone a moment later: with a nursery of this size little of it is ever copied. */
const NURSERY_MIB = 64;

export interface SeedOutcome {
  report: MonthReport;
  /** User and system time of the seed, ms. */
  cpuMs: number;
}

/**
 * Runs every seed once, in so many processes side by side.
 * @param onOutcome told as each seed ends, in no particular order
 * @throws Error when a seed could not be run to its end
 */
export async function runSeeds(
  seeds: readonly number[],
  options: Omit<MonthOptions, "seed">,
  processes: number,
  onOutcome: (outcome: SeedOutcome) => void,
): Promise<void> {
  const left = [...seeds];
  const lanes = Array.from({ length: Math.min(processes, seeds.length) }, async () => {
    const child = fork(new URL("./seed-process.ts", import.meta.url), {
      execArgv: [...process.execArgv, `--max-semi-space-size=${NURSERY_MIB}`],
    });
    try {
      for (let seed = left.shift(); seed !== undefined; seed = left.shift())
        onOutcome(await outcomeOf(child, { ...options, seed }));
    } finally {
      child.kill();
    }
  });
  await Promise.all(lanes);
}

function outcomeOf(child: ChildProcess, options: MonthOptions): Promise<SeedOutcome> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`seed ${options.seed} did not run to its end`));
    child.once("exit", ended);
    child.once("message", (outcome) => {
      child.off("exit", ended);
      resolve(outcome as SeedOutcome);
    });
    child.send(options);
  });
}
