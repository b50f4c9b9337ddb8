import type { Connection } from "mongoose";
import { isDuplicateKey } from "../db/model.ts";
import { type BalanceRow, balanceModel } from "./balance.model.ts";
import { createChainFold, type FoldedChain } from "./chain-fold.ts";
import { type JournalRow, journalModel } from "./journal.model.ts";
import { createPace, type Progress } from "./pace.ts";
import { agreesWith, readRows } from "./verify-rows.ts";

export interface RebuildReport {
  accounts: number;
  /** Rows that were not what the journal says. */
  changed: number;
  /** Rows of accounts that the journal does not know. */
  removed: number;
}

/** Rows per answer of the store, and chains per write; range 100–5000. */
const ROWS_AT_ONCE = 2000;
const CHAINS_AT_ONCE = 500;

/** Folds every balance and total anew from the journal, also while entries are posted: a row that is newer than the read stays. */
export async function rebuildBalances(
  connection: Connection,
  {
    onProgress,
    nowMs = () => performance.now(),
  }: { onProgress?: (progress: Progress) => void; nowMs?: () => number } = {},
): Promise<RebuildReport> {
  const journal = journalModel(connection);
  // What is wrong with the entries themselves is the business of verifying.
  const fold = createChainFold(() => undefined);
  const pace = createPace(await journal.estimatedDocumentCount(), nowMs, onProgress);
  const known = new Set<string>();
  let changed = 0;
  let ended: FoldedChain[] = [];
  const take = async (chain: FoldedChain | undefined, atLeast: number) => {
    if (chain) ended.push(chain);
    if (ended.length < atLeast) return;
    changed += await replaceRows(connection, ended);
    for (const { account } of ended) known.add(account);
    ended = [];
  };
  const cursor = journal.collection.find(
    {},
    { sort: { siteId: 1, account: 1, seq: 1 }, batchSize: ROWS_AT_ONCE },
  );
  for await (const document of cursor) {
    await take(fold.add(document as unknown as JournalRow), CHAINS_AT_ONCE);
    pace.step(fold.counts);
  }
  await take(fold.end().last, 0);
  pace.end(fold.counts);
  const removed = await removeOrphans(connection, known);
  return { accounts: fold.counts.accounts, changed, removed };
}

/** Writes the rows that do not say what the journal does, and returns how many they were. */
async function replaceRows(connection: Connection, chains: readonly FoldedChain[]): Promise<number> {
  const rows = await readRows(connection, chains);
  const wrong = chains.filter((chain) => !saysTheSame(chain, rows.get(chain.account)));
  if (wrong.length === 0) return 0;
  const operations = wrong.map(({ account, siteId, householdId, head, headId, totals }) => {
    const { seq, hash: headHash, balance } = head;
    return {
      updateOne: {
        filter: { _id: account, seq: { $lte: seq } },
        update: { $set: { siteId, householdId, seq, headId, headHash, balance, totals } },
        upsert: true,
      },
    };
  });
  try {
    const result = await balanceModel(connection).bulkWrite(operations, { ordered: false });
    return result.modifiedCount + result.upsertedCount;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // Some row is ahead of the read: it stays, and the others are written one by one.
    let changed = 0;
    for (const chain of wrong) changed += wrong.length > 1 ? await replaceRows(connection, [chain]) : 0;
    return changed;
  }
}

/** Whatever the order in which its members were written. */
function saysTheSame(chain: FoldedChain, row: BalanceRow | undefined): boolean {
  return (
    row !== undefined &&
    row.siteId === chain.siteId &&
    row.householdId === chain.householdId &&
    row.headId === chain.headId &&
    agreesWith(chain, row)
  );
}

async function removeOrphans(connection: Connection, known: ReadonlySet<string>): Promise<number> {
  const balances = balanceModel(connection);
  const rows = await balances.find({}, { _id: 1, siteId: 1 }).lean<Pick<BalanceRow, "_id" | "siteId">[]>();
  let removed = 0;
  for (const { _id: account, siteId } of rows) {
    // Posted since the read went past.
    if (known.has(account) || (await journalModel(connection).exists({ siteId, account }))) continue;
    removed += (await balances.deleteOne({ _id: account })).deletedCount;
  }
  return removed;
}
