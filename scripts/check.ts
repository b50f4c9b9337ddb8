/**
 * The one check: types, lint, arrows between folders, tests. `--quick` leaves out the tests that need more than one process.
 * The last line reads "N passed, N failed, N skipped".
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { arrowViolations } from "./check/arrows.ts";

const root = resolve(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const isQuick = process.argv.includes("--quick");
const forwarded = process.argv.slice(2).filter((argument) => argument !== "--quick");

function step(name: string, run: () => boolean): boolean {
  const startedAt = performance.now();
  const isGood = run();
  process.stdout.write(
    `${isGood ? "ok  " : "FAIL"} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)\n`,
  );
  return isGood;
}

function command(program: string, args: string[]): boolean {
  return spawnSync(program, args, { cwd: root, stdio: "inherit" }).status === 0;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: { status: string; assertionResults: { status: string; fullName: string }[] }[];
}

function tests(): { isGood: boolean; line: string } {
  const folder = mkdtempSync(join(tmpdir(), "hallmeter-check-"));
  const report = join(folder, "report.json");
  const projects = isQuick ? ["--project", "unit"] : [];
  const args = [
    "run",
    ...projects,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...forwarded,
  ];
  const isGood = command(bin("vitest"), args);
  try {
    const result = JSON.parse(readFileSync(report, "utf8")) as VitestReport;
    for (const file of result.testResults)
      for (const test of file.assertionResults)
        if (test.status === "pending" || test.status === "skipped")
          process.stdout.write(`skipped: ${test.fullName}\n`);
    const line = `${result.numPassedTests} passed, ${result.numFailedTests} failed, ${result.numPendingTests} skipped`;
    return { isGood, line };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function arrows(): boolean {
  const violations = arrowViolations(root);
  for (const { file, imports, why } of violations)
    process.stdout.write(`${file} imports ${imports}: ${why}\n`);
  return violations.length === 0;
}

const checks = [
  step("types", () => command(bin("tsc"), ["-p", "tsconfig.json"])),
  step("types of the pages", () => command(bin("tsc"), ["-p", "apps/admin-ui/tsconfig.json"])),
  step("types of the technician's page", () =>
    command(bin("tsc"), ["-p", "apps/bus-gateway/page/tsconfig.json"]),
  ),
  step("lint and format", () => command(bin("biome"), ["check", "--error-on-warnings", "."])),
  step("arrows", arrows),
];
let closing = "0 passed, 1 failed";
const areTestsGood = step("tests", () => {
  const { isGood, line } = tests();
  closing = line;
  return isGood;
});
process.stdout.write(`${closing}\n`);
process.exitCode = checks.every(Boolean) && areTestsGood ? 0 : 1;
