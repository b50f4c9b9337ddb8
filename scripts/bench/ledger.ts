/**
 * What the ledger does durably per second, beside medici on the same store in the same run, and purchases over HTTP at a steady
 * rate. With --entries: how fast a large journal opens, reports and verifies.
 *
 *   npx tsx scripts/bench/ledger.ts [--postings 20000] [--at-once 256] [--purchase-s 30] [--entries 2000000] [--uri mongodb://…]
 *
 * The store runs in a process of its own, as in production, and so does the API for the purchases.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { ServerProcess } from "../../packages/pocket-mongo/src/testing/server-process.ts";
import { measureLargeJournal } from "./ledger/large-journal.ts";
import { measureMedici } from "./ledger/medici.ts";
import { measurePostings } from "./ledger/postings.ts";
import { measurePurchases } from "./ledger/purchases.ts";

const options = new Command("ledger")
  .option("--postings <count>", "per measurement; 0 leaves them out", "20000")
  .option("--at-once <count>", "callers that wait at the same time", "256")
  .option("--purchase-s <seconds>", "how long purchases come; 0 leaves them out", "30")
  .option("--purchases-per-s <count>", "how many of them", "100")
  .option("--entries <count>", "of a large journal; 0 leaves it out", "0")
  .option("--uri <uri>", "a running server instead of the embedded store")
  .parse()
  .opts<{
    postings: string;
    atOnce: string;
    purchaseS: string;
    purchasesPerS: string;
    entries: string;
    uri?: string;
  }>();

const print = (line: string) => process.stdout.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), "ledger-bench-"));
const server = options.uri === undefined ? await ServerProcess.start(join(folder, "store")) : undefined;
const uriOf = (database: string) => {
  const uri = new URL(options.uri ?? server?.uri ?? "");
  uri.pathname = `/${database}`;
  return uri.href;
};
try {
  print(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
  const [postings, atOnce] = [Number(options.postings), Number(options.atOnce)];
  if (postings > 0) {
    print("| durable postings | per second |");
    print("|---|---:|");
    for await (const line of measurePostings(uriOf("bench-ledger"), postings, atOnce)) print(line);
    // It is slower by far: as many would only take long.
    for await (const line of measureMedici(uriOf("bench-medici"), Math.ceil(postings / 10), atOnce))
      print(line);
  }
  const seconds = Number(options.purchaseS);
  if (seconds > 0)
    print(
      await measurePurchases(
        uriOf("bench-purchases"),
        { seconds, perSecond: Number(options.purchasesPerS) },
        () => server?.processorMs,
      ),
    );
  const entries = Number(options.entries);
  if (entries > 0) for await (const line of measureLargeJournal(uriOf("bench-large"), entries)) print(line);
  print(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
} finally {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
