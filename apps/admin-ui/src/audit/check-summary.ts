import type { JobItem } from "../shared/job-progress/job-rows.ts";
import type { CheckResult } from "./rows.ts";

/** What the items of a check found, together. */
export function checkSummary(items: readonly Pick<JobItem, "result">[]): CheckResult {
  const sum: CheckResult = { entries: 0, unchained: 0, broken: 0, findings: [] };
  for (const { result } of items) {
    if (result === null) continue;
    const part = result as Partial<CheckResult>;
    sum.entries += part.entries ?? 0;
    sum.unchained += part.unchained ?? 0;
    sum.broken += part.broken ?? 0;
    sum.findings.push(...(part.findings ?? []));
  }
  return sum;
}
