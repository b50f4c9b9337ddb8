import { parseArgs } from "node:util";
import { simulateMonth } from "../apps/bus-gateway/src/testing/simulation/month.ts";

/**
 * A site's gateway over some weeks of everything going wrong, judged at every step, seed after seed:
 * `tsx scripts/simulate-month.ts --seeds 10000 --circuits 20 --days 3`. Exit code 1 when the judge found anything.
 */
const { values } = parseArgs({
  options: {
    from: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    circuits: { type: "string", default: "200" },
    days: { type: "string", default: "30" },
    "poll-s": { type: "string", default: "600" },
  },
});

const from = Number(values.from);
const circuits = Number(values.circuits);
const days = Number(values.days);
const pollIntervalMs = Number(values["poll-s"]) * 1000;
let found = 0;
for (let seed = from; seed < from + Number(values.seeds); seed += 1) {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const report = await simulateMonth({ seed, circuits, days, pollIntervalMs });
  const cpuS = process.cpuUsage(startedCpu).user / 1e6;
  const elapsedS = (performance.now() - startedMs) / 1000;
  found += report.findings.length;
  const { findings, events, ...figures } = report;
  console.log(
    JSON.stringify({
      ...figures,
      findings: findings.length,
      elapsedS: Number(elapsedS.toFixed(1)),
      cpuS: Number(cpuS.toFixed(1)),
      samplesPerCpuS: Math.round(report.samples / cpuS),
      events,
    }),
  );
  for (const { atMs, circuitId, what } of findings.slice(0, 20))
    console.log(`  seed ${seed}, hour ${(atMs / 3_600_000).toFixed(3)}, ${circuitId}: ${what}`);
}
process.exitCode = found > 0 ? 1 : 0;
