/** What became of one test of a foreign suite. */
export type Outcome = "pass" | "fail" | "refused" | "inapplicable";

/**
 * One row of a list of refusals: which tests do not pass on purpose, and why. `fails` is the mark of that refusal in the
 * test's own failure, so that a row never hides another defect.
 */
export interface Refusal {
  /** Full names of the tests, as the suite's judge prints them. */
  readonly tests: RegExp;
  readonly fails: RegExp;
  readonly why: string;
}

/** Counts outcomes and prints a line with the reason for each test that did not pass. */
export class Verdicts {
  readonly counts: Record<Outcome, number> = { pass: 0, fail: 0, refused: 0, inapplicable: 0 };
  private readonly refusals: readonly Refusal[];
  private readonly print: (line: string) => void;
  private readonly used = new Set<Refusal>();

  constructor(refusals: readonly Refusal[], print: (line: string) => void) {
    this.refusals = refusals;
    this.print = print;
  }

  pass(): void {
    this.counts.pass += 1;
  }

  /** A test that asks for another kind of server: its own precondition says so, no list of ours. */
  inapplicable(test: string, why: string): void {
    this.counts.inapplicable += 1;
    this.print(`not for this server: ${test}: ${why}`);
  }

  fail(test: string, failure: string): void {
    const refusal = this.refusals.find((row) => row.tests.test(test) && row.fails.test(failure));
    if (refusal) {
      this.counts.refused += 1;
      this.used.add(refusal);
      this.print(`refused: ${test}: ${refusal.why}`);
    } else {
      this.counts.fail += 1;
      this.print(`FAIL: ${test}: ${firstLines(failure)}`);
    }
  }

  /** Prints the closing line; false when a test failed that no row explains. `ranAll` also names rows nothing needs. */
  close(ranAll: boolean): boolean {
    if (ranAll) {
      for (const row of this.refusals)
        if (!this.used.has(row)) this.print(`idle row of the refusal list: ${row.tests.source}: ${row.why}`);
    }
    const { pass, fail, refused, inapplicable } = this.counts;
    this.print(
      `${pass} passed, ${fail} failed, ${refused} refused on purpose, ${inapplicable} not for this server`,
    );
    return fail === 0 && pass > 0;
  }
}

function firstLines(text: string): string {
  const line = text.split("\n", 3).join(" ");
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
