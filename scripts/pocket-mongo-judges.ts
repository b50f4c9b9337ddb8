import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { startServer } from "../packages/pocket-mongo/src/index.ts";
import { runCrudSuite } from "./pocket-mongo-judges/crud-suite.ts";
import { runMongooseSuite } from "./pocket-mongo-judges/mongoose-suite.ts";
import { report, type Verdict } from "./pocket-mongo-judges/verdict.ts";

/**
 * Has others judge the embedded store: MongoDB's unified CRUD specification tests and mongoose's own tests, each from a
 * checkout whose path is given. Nothing of either is kept in this repository.
 */
const program = new Command("pocket-mongo-judges")
  .option("--specifications <path>", "checkout of github.com/mongodb/specifications")
  .option("--mongoose <path>", "checkout of github.com/Automattic/mongoose with its packages installed")
  .option("--uri <uri>", "judge the server at this address instead of the embedded store")
  .option("--list", "print every refused test too")
  .parse();
const options = program.opts<{ specifications?: string; mongoose?: string; uri?: string; list?: boolean }>();
if (!options.specifications && !options.mongoose) program.help({ error: true });

async function judge(uri: string): Promise<number> {
  let failed = 0;
  const show = (name: string, verdicts: readonly Verdict[]): void => {
    failed += report(name, verdicts, options.list === true);
  };
  if (options.specifications) show("CRUD specification", await runCrudSuite(options.specifications, uri));
  if (options.mongoose) show("mongoose", await runMongooseSuite(options.mongoose, uri));
  return failed;
}

if (options.uri) process.exitCode = (await judge(options.uri)) > 0 ? 1 : 0;
else {
  const dbPath = mkdtempSync(join(tmpdir(), "pocket-mongo-judges-"));
  const server = await startServer({ dbPath, expirySweepMs: 1000 });
  process.exitCode = (await judge(server.uri)) > 0 ? 1 : 0;
  await server.close();
  rmSync(dbPath, { recursive: true });
}
