import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mongooseRefusals } from "./refusals.ts";
import type { Verdict } from "./verdict.ts";

type MochaTest = { fullTitle: string; file?: string; err: { message?: string; stack?: string } };
type MochaResult = { passes: MochaTest[]; failures: MochaTest[]; pending: MochaTest[] };

/** Runs mongoose's tests in its checkout with mocha, as its own `npm test` does, less client-side encryption. */
export async function runMongooseSuite(checkout: string, uri: string): Promise<Verdict[]> {
  const folder = mkdtempSync(join(tmpdir(), "mongoose-judge-"));
  const output = join(folder, "result.json");
  const mocha = join(checkout, "node_modules/.bin/mocha");
  const args = [
    "--exit",
    "--ignore",
    "test/encryption/**/*.test.js",
    "--reporter",
    "json",
    "--reporter-option",
    `output=${output}`,
  ];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(mocha, [...args, "./test/**/*.test.js"], {
      cwd: checkout,
      env: { ...process.env, MONGOOSE_TEST_URI: uri },
      stdio: "ignore",
    });
    child.on("error", reject);
    child.on("exit", () => resolve());
  });
  const result = JSON.parse(readFileSync(output, "utf8")) as MochaResult;
  rmSync(folder, { recursive: true });
  return [
    ...result.passes.map((one): Verdict => ({ test: one.fullTitle, outcome: "pass" })),
    ...result.pending.map(
      (one): Verdict => ({ test: one.fullTitle, outcome: "skipped", why: "skipped by mongoose itself" }),
    ),
    ...result.failures.map((one) => verdictOf(one)),
  ];
}

function verdictOf({ fullTitle, err }: MochaTest): Verdict {
  const why = err.message ?? err.stack ?? "no message";
  const refusal = mongooseRefusals.find((one) => one.matches(fullTitle, why));
  return refusal
    ? { test: fullTitle, outcome: "refused", why: refusal.reason }
    : { test: fullTitle, outcome: "fail", why };
}
