import type { SeedOutcome } from "./run-seeds.ts";

/** All seeds together. */
export interface Summary {
  seeds: number;
  findings: number;
  seedsWithFindings: number[];
  circuitDays: number;
  samples: number;
  batches: number;
  cuts: number;
  creditCuts: number;
  closings: number;
  longestOverdueMs: number;
  cpuMs: number;
  longestCpuMs: number;
  events: Record<string, number>;
}

export function nothingYet(): Summary {
  return {
    seeds: 0,
    findings: 0,
    seedsWithFindings: [],
    circuitDays: 0,
    samples: 0,
    batches: 0,
    cuts: 0,
    creditCuts: 0,
    closings: 0,
    longestOverdueMs: 0,
    cpuMs: 0,
    longestCpuMs: 0,
    events: {},
  };
}

const ADDED = ["samples", "batches", "cuts", "creditCuts", "closings"] as const;

export function addOutcome(summary: Summary, { report, cpuMs }: SeedOutcome): void {
  summary.seeds += 1;
  summary.findings += report.findings.length;
  if (report.findings.length > 0) summary.seedsWithFindings.push(report.seed);
  summary.circuitDays += report.circuits * report.days;
  for (const figure of ADDED) summary[figure] += report[figure];
  summary.longestOverdueMs = Math.max(summary.longestOverdueMs, report.longestOverdueMs);
  summary.cpuMs += cpuMs;
  summary.longestCpuMs = Math.max(summary.longestCpuMs, cpuMs);
  for (const [event, count] of Object.entries(report.events))
    summary.events[event] = (summary.events[event] ?? 0) + count;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

export function summaryText(summary: Summary): string {
  const { events, seedsWithFindings } = summary;
  return [
    `${summary.seeds} seeds, ${Math.round(summary.circuitDays)} circuit-days, ${summary.findings} findings` +
      (seedsWithFindings.length === 0 ? "" : ` in seeds ${seedsWithFindings.join(", ")}`),
    `  ${summary.samples} samples in ${summary.batches} batches; ${summary.cuts} cuts, of these ${summary.creditCuts} for credit;` +
      ` ${summary.closings} closings; longest cut overdue ${Math.round(summary.longestOverdueMs / 60_000)} min`,
    `  ${seconds(summary.cpuMs)} of CPU, ${seconds(summary.cpuMs / Math.max(1, summary.seeds))} a seed, ${seconds(summary.longestCpuMs)} at most`,
    `  ${Object.entries(events)
      .map(([event, count]) => `${count} ${event}`)
      .join(", ")}`,
  ].join("\n");
}
