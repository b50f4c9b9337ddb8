/**
 * What the embedded store does per second through mongoose with durable acknowledgement, beside two limits measured in the
 * same run: LMDB with nothing in the way (fdatasync, reading a map), and mongoose on a server that only answers. Processor
 * time per thing tells how much of the store's own work there is, also on a machine that has other work.
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
import { prepareAccounts, works } from "./pocket-mongo/mongoose.ts";
import { startNullServer } from "./pocket-mongo/null-process.ts";
import { perSecond } from "./pocket-mongo/rate.ts";
import { measureScan } from "./pocket-mongo/scan.ts";

const options = new Command("pocket-mongo")
  .option("--documents <count>", "for the scan; 0 leaves it out", "1000000")
  .option("--uri <uri>", "a running server instead of the embedded store")
  .parse()
  .opts<{ documents: string; uri?: string }>();

const print = (line: string) => process.stdout.write(`${line}\n`);
const round = (value: number) => Math.round(value).toLocaleString("en");
const open = (uri: string) =>
  mongoose
    .createConnection(uri, {
      dbName: "bench",
      maxPoolSize: 64,
      writeConcern: { w: "majority", journal: true },
    })
    .asPromise();

const folder = mkdtempSync(join(tmpdir(), "pocket-mongo-bench-"));
const server = options.uri === undefined ? await ServerProcess.start(join(folder, "store")) : undefined;
const nothing = await startNullServer();
const connection = await open(options.uri ?? server?.uri ?? "");
const onNothing = await open(nothing.uri);
try {
  const limits = await measureLmdb(join(folder, "lmdb"));
  print("| work | per second | processor µs each | mongoose alone, per second | LMDB alone, per second |");
  print("|---|---:|---:|---:|---:|");
  const [accounts, accountsOfNothing] = [await prepareAccounts(connection), await prepareAccounts(onNothing)];
  for (const { work, count, run, limit } of works) {
    const alone = await perSecond(count, () => run(accountsOfNothing));
    const usedMs = server?.processorMs;
    const reached = await perSecond(count, () => run(accounts));
    const cost =
      server && usedMs !== undefined ? ((server.processorMs ?? 0) - usedMs) * (1000 / count) : undefined;
    const { perSecond: most, what } = limits[limit];
    print(
      `| ${work} | ${round(reached)} | ${cost === undefined ? "?" : round(cost)} | ${round(alone)} | ${round(most)} ${what} |`,
    );
  }
  print("");
  if (options.documents !== "0")
    for await (const line of measureScan(connection, server, Number(options.documents))) print(line);
} finally {
  await connection.dropDatabase();
  await connection.close();
  await onNothing.close();
  nothing.stop();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
