/**
 * Runs mongoose's own test suite against the embedded store, or against any server.
 *
 *   npx tsx scripts/pocket-mongo/mongoose-suite.ts <checkout of Automattic/mongoose> [--uri <mongodb://…>] [--only <text>]
 *
 * The checkout needs its packages (`npm install --ignore-scripts` in it). Exit code 0 when every test passes or stands on
 * the list of refusals. Two minutes.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { refusedMongooseTests } from "./refused-mongoose-tests.ts";
import { serverUnderTest } from "./server-under-test.ts";
import { Verdicts } from "./verdicts.ts";

const judged = z.object({ fullTitle: z.string() });
const mochaReport = z.object({
  passes: z.array(judged),
  pending: z.array(judged),
  failures: z.array(judged.extend({ err: z.object({ message: z.string().optional() }) })),
});

/** mongoose's own limit in its continuous integration (its script test:ci): a few tests save very deep documents. */
const mostMsOfATest = 10_000;

const program = new Command("mongoose-suite")
  .argument("<checkout>", "folder of github.com/Automattic/mongoose, packages installed", (text: string) =>
    resolve(text),
  )
  .option("--uri <uri>", "a running server instead of the embedded store")
  .option("--only <text>", "only tests whose name contains this")
  .parse();
const [checkout = ""] = program.processedArgs as [string];
const { uri, only } = program.opts<{ uri?: string; only?: string }>();

const mocha = join(checkout, "node_modules", "mocha", "bin", "mocha.js");
if (!existsSync(mocha))
  program.error(`there is no mocha in ${checkout}: npm install --ignore-scripts there first`);

const server = await serverUnderTest(uri);
const folder = mkdtempSync(join(tmpdir(), "mongoose-suite-"));
try {
  const report = await runMocha(new URL("mongoose_test", server.uri).href, join(folder, "report.json"));
  const verdicts = new Verdicts(refusedMongooseTests, (line) => process.stdout.write(`${line}\n`));
  for (const _ of report.passes) verdicts.pass();
  for (const { fullTitle } of report.pending)
    verdicts.inapplicable(fullTitle, "it left itself out: no replica set");
  for (const { fullTitle, err } of report.failures) verdicts.fail(fullTitle, err.message ?? "no message");
  process.exitCode = verdicts.close(only === undefined) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
}

/** As mongoose's own `npm test`: everything but client-side encryption, which needs a library of MongoDB's. */
async function runMocha(database: string, output: string): Promise<z.infer<typeof mochaReport>> {
  const args = ["--exit", "--timeout", String(mostMsOfATest), "--reporter", "json"];
  args.push("--reporter-option", `output=${output}`, "--ignore", "test/encryption/**/*.test.js");
  if (only !== undefined) args.push("--fgrep", only);
  const run = spawn(process.execPath, [mocha, ...args, "./test/**/*.test.js"], {
    cwd: checkout,
    env: { ...process.env, MONGOOSE_TEST_URI: database },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await once(run, "exit");
  if (!existsSync(output)) throw new Error(`mocha ended with code ${run.exitCode} and without a report`);
  return mochaReport.parse(JSON.parse(readFileSync(output, "utf8")));
}
