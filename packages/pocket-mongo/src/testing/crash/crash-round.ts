import { setTimeout as delay } from "node:timers/promises";
import { MongoClient } from "mongodb";
import type { Random } from "../random.ts";
import { ServerProcess } from "../server-process.ts";
import { type Ledger, openLedger } from "./accounts.ts";
import { examine } from "./examine.ts";
import { type Knowledge, keptEntries, writeUntilGone } from "./writer.ts";

const writers = 64;
/** Up to several commits of all writers, short enough for many rounds; the exact moment is the seed's. */
const leastLifeMs = 0;
const mostLifeMs = 400;

/** What the writers remember from one round on a directory to the next. */
export const newcomers = (): Knowledge[] =>
  Array.from({ length: writers }, (_, account) => ({
    account,
    acknowledged: 0,
    asked: 0,
    acknowledgedDeletion: 0,
    askedDeletion: 0,
  }));

export type CrashReport = { readonly acknowledged: number; readonly wrong: readonly string[] };

/**
 * Starts the server on a directory, lets 64 writers loose, kills it, starts it again and looks. The writers go on in the next
 * round where the directory stands, so that each recovery is built upon.
 */
export async function crashRound(directory: string, all: Knowledge[], random: Random): Promise<CrashReport> {
  const before = total(all);
  await withLedger(directory, async (server, ledger, client) => {
    // Every writer finds its connection open.
    await Promise.all(all.map(() => client.db("crash").command({ ping: 1 })));
    let work: Promise<PromiseSettledResult<void>[]> = Promise.resolve([]);
    // The time runs from the first step that was acknowledged, however slow the machine is to begin.
    await new Promise<void>((stepped) => {
      work = Promise.allSettled(all.map((known) => writeUntilGone(ledger, known, stepped)));
      void work.then(() => stepped());
    });
    await delay(random.whole(leastLifeMs, mostLifeMs));
    await server.kill();
    await client.close();
    for (const ending of await work) if (ending.status === "rejected") throw ending.reason;
  });
  const acknowledged = total(all) - before;
  const wrong = await withLedger(directory, async (_, ledger) => {
    const found = await examine(ledger, all);
    await takeUp(ledger, all);
    return found;
  });
  return { acknowledged, wrong };
}

const total = (all: readonly Knowledge[]): number => all.reduce((sum, known) => sum + known.acknowledged, 0);

async function withLedger<Result>(
  directory: string,
  use: (server: ServerProcess, ledger: Ledger, client: MongoClient) => Promise<Result>,
): Promise<Result> {
  const server = await ServerProcess.start(directory);
  const client = new MongoClient(server.uri, { maxPoolSize: writers });
  try {
    return await use(server, await openLedger(client), client);
  } finally {
    await client.close();
    await server.stop();
  }
}

/** The writers settle what was in flight: what is stored counts, an entry whose account does not know it goes. */
async function takeUp({ accounts, entries }: Ledger, all: readonly Knowledge[]): Promise<void> {
  const stored = new Map((await accounts.find().toArray()).map((one) => [one._id, one.count]));
  for (const known of all) {
    const count = stored.get(known.account) ?? 0;
    await entries.deleteMany({ account: known.account, number: { $gt: count } });
    // A step that was stored and not answered is not done again, so the deletion that follows it is made up here.
    const deletion = Math.max(known.askedDeletion, count - keptEntries);
    await entries.deleteMany({ account: known.account, number: { $lte: deletion } });
    known.acknowledged = count;
    known.asked = count;
    known.askedDeletion = deletion;
    known.acknowledgedDeletion = deletion;
  }
}
