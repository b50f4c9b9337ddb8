/**
 * Runs MongoDB's unified CRUD specification tests against the embedded store, or against any server.
 *
 *   npx tsx scripts/pocket-mongo/unified-crud.ts <checkout of mongodb/specifications> [--uri <mongodb://…>] [--only <text>]
 *
 * Exit code 0 when every test passes or stands on the list of refusals.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { MongoClient } from "mongodb";
import { refusedCrudTests } from "./refused-crud-tests.ts";
import { serverUnderTest } from "./server-under-test.ts";
import { unmet } from "./unified/requirements.ts";
import { runTest } from "./unified/run-test.ts";
import { parseTestFile, type UnifiedFile } from "./unified/test-file.ts";
import { Verdicts } from "./verdicts.ts";

const program = new Command("unified-crud")
  .argument("<checkout>", "folder of github.com/mongodb/specifications", (text: string) => resolve(text))
  .option("--uri <uri>", "a running server instead of the embedded store")
  .option("--only <text>", "only tests whose name contains this", "")
  .parse();
const [checkout = ""] = program.processedArgs as [string];
const { uri: given, only } = program.opts<{ uri?: string; only: string }>();

const folder = join(checkout, "source", "crud", "tests", "unified");
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const verdicts = new Verdicts(refusedCrudTests, (line) => process.stdout.write(`${line}\n`));

const server = await serverUnderTest(given);
const internal = await MongoClient.connect(server.uri);
try {
  const admin = internal.db("admin");
  const { version } = await admin.command({ buildInfo: 1 });
  const topology = (await admin.command({ hello: 1 })).setName === undefined ? "single" : "replicaset";
  for (const name of files) {
    const file = parseTestFile(readFileSync(join(folder, name), "utf8"));
    await judge(name.replace(/\.json$/, ""), file, String(version), topology);
  }
} finally {
  await internal.close();
  await server.stop();
}
process.exitCode = verdicts.close(only === "") ? 0 : 1;

async function judge(name: string, file: UnifiedFile, version: string, topology: string): Promise<void> {
  for (const test of file.tests) {
    const title = `${name}: ${test.description}`;
    if (!title.includes(only)) continue;
    const why =
      test.skipReason ??
      unmet(file.runOnRequirements, version, topology) ??
      unmet(test.runOnRequirements, version, topology);
    if (why !== undefined) {
      verdicts.inapplicable(title, why);
      continue;
    }
    try {
      await runTest(server.uri, internal, file, test);
      verdicts.pass();
    } catch (error) {
      verdicts.fail(title, withCauses(error));
    }
  }
}

function withCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${withCauses(error.cause)}`;
}
