/**
 * What the embedded store does per second through mongoose with durable acknowledgement, beside what LMDB itself does on this
 * machine in the same run: the physical limit of fdatasync and of reading a map.
 *
 *   npx tsx scripts/bench/pocket-mongo.ts [--documents 1000000] [--uri <mongodb://…>]
 *
 * The store runs in a process of its own, as in production. `--uri` measures another server with the same work.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import mongoose from "mongoose";
import { ServerProcess } from "../../packages/pocket-mongo/src/testing/server-process.ts";
import { measureLmdb } from "./pocket-mongo/lmdb.ts";
import { measureMongoose } from "./pocket-mongo/mongoose.ts";
import { measureScan } from "./pocket-mongo/scan.ts";

const options = new Command("pocket-mongo")
  .option("--documents <count>", "for the scan", "1000000")
  .option("--uri <uri>", "a running server instead of the embedded store")
  .parse()
  .opts<{ documents: string; uri?: string }>();

const folder = mkdtempSync(join(tmpdir(), "pocket-mongo-bench-"));
const print = (line: string) => process.stdout.write(`${line}\n`);
const server = options.uri === undefined ? await ServerProcess.start(join(folder, "store")) : undefined;
const connection = await mongoose
  .createConnection(options.uri ?? server?.uri ?? "", {
    dbName: "bench",
    maxPoolSize: 64,
    writeConcern: { w: "majority", journal: true },
  })
  .asPromise();
try {
  const limits = await measureLmdb(join(folder, "lmdb"));
  print("| work | per second | LMDB alone, per second | what LMDB does |");
  print("|---|---:|---:|---|");
  for await (const { work, perSecond, limit } of measureMongoose(connection)) {
    const { perSecond: most, what } = limits[limit];
    print(`| ${work} | ${round(perSecond)} | ${round(most)} | ${what} |`);
  }
  print("");
  for await (const line of measureScan(connection, server, Number(options.documents))) print(line);
} finally {
  await connection.dropDatabase();
  await connection.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}

function round(perSecond: number): string {
  return Math.round(perSecond).toLocaleString("en");
}
