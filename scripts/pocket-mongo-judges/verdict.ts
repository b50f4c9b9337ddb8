export type Verdict = {
  readonly test: string;
  readonly outcome: "pass" | "fail" | "refused" | "skipped";
  /** Why it failed, which refusal it met, or why it does not apply. */
  readonly why?: string;
};

/** Prints the counts and every failure with its reason; gives the number of failures. */
export function report(suite: string, verdicts: readonly Verdict[], listRefused: boolean): number {
  const of = (outcome: Verdict["outcome"]): Verdict[] => verdicts.filter((one) => one.outcome === outcome);
  const [passed, failed, refused, skipped] = [of("pass"), of("fail"), of("refused"), of("skipped")];
  process.stdout.write(
    `${suite}: ${passed.length} pass, ${failed.length} fail, ${refused.length} refused on purpose, ${skipped.length} do not apply\n`,
  );
  for (const one of failed) process.stdout.write(`  FAIL ${one.test}\n       ${one.why ?? ""}\n`);
  const reasons = new Map<string, number>();
  for (const one of refused) reasons.set(one.why ?? "", (reasons.get(one.why ?? "") ?? 0) + 1);
  for (const [why, count] of [...reasons].sort((a, b) => b[1] - a[1])) {
    process.stdout.write(`  refused ${String(count).padStart(4)}  ${why}\n`);
  }
  if (listRefused)
    for (const one of refused) process.stdout.write(`  REFUSED ${one.test}: ${one.why ?? ""}\n`);
  return failed.length;
}
