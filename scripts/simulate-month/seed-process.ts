import { type MonthOptions, simulateMonth } from "../../apps/bus-gateway/src/testing/simulation/month.ts";

/** Runs the seeds that its parent sends, one at a time, and answers each with its report and what it cost. */
process.on("message", (options: MonthOptions) => {
  const before = process.cpuUsage();
  simulateMonth(options).then(
    (report) => {
      const { user, system } = process.cpuUsage(before);
      process.send?.({ report, cpuMs: Math.round((user + system) / 1000) });
    },
    (error: unknown) => {
      console.error(`seed ${options.seed}:`, error);
      process.exit(1);
    },
  );
});
