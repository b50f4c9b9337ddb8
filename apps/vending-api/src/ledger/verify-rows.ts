import type { Connection } from "mongoose";
import { canonicalJson } from "../http/request-hash.ts";
import { type BalanceRow, balanceModel, type SystemTotals } from "./balance.model.ts";
import { type FoldedChain, findingAt, type Report } from "./chain-fold.ts";
import { LEDGER_FINDINGS } from "./invariants.ts";
import { journalModel } from "./journal.model.ts";

/** A row that is still behind so long after its entry was read is not being folded. Range 200–5000 ms: a busy process needs several turns. */
const FOLDED_WITHIN_MS = 1000;
/** Rows that are read together. Range 50–1000. */
const ROWS_AT_ONCE = 500;

/** The balance rows of chains, by account. */
export async function readRows(
  connection: Connection,
  chains: readonly FoldedChain[],
): Promise<Map<string, BalanceRow>> {
  if (chains.length === 0) return new Map();
  const rows = await balanceModel(connection)
    .find({ _id: { $in: chains.map(({ account }) => account) } })
    .lean<BalanceRow[]>();
  return new Map(rows.map((row) => [row._id, row]));
}

/** Whether the row is the fold of the chain, whatever the order in which its members were written. */
export function agreesWith({ head, totals }: FoldedChain, row: BalanceRow): boolean {
  return (
    row.headHash === head.hash &&
    canonicalJson(row.balance) === canonicalJson(head.balance) &&
    sameTotals(row.totals ?? {}, totals)
  );
}

/** A row of nothing but zeros and no row at all mean the same. */
function sameTotals(a: SystemTotals, b: SystemTotals): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((account) =>
    [...new Set([...Object.keys(a[account] ?? {}), ...Object.keys(b[account] ?? {})])].every(
      (commodity) => (a[account]?.[commodity] ?? 0) === (b[account]?.[commodity] ?? 0),
    ),
  );
}

/** Holds the rows that pages and totals show against the chains, as these are read. */
export function createRowCheck(
  connection: Connection,
  report: Report,
  sleep: (ms: number) => Promise<unknown>,
) {
  const behind: FoldedChain[] = [];
  let found = 0;
  return {
    async check(chains: readonly FoldedChain[]): Promise<void> {
      const rows = await readRows(connection, chains);
      found += rows.size;
      for (const chain of chains) if (!checkRow(chain, rows.get(chain.account), report)) behind.push(chain);
    },
    /** After the last chain: the rows that were behind once more, for a process may still be folding, and rows without a chain. */
    async end(): Promise<void> {
      if (behind.length > 0) await sleep(FOLDED_WITHIN_MS);
      for (let from = 0; from < behind.length; from += ROWS_AT_ONCE)
        await checkBehind(connection, behind.slice(from, from + ROWS_AT_ONCE), report);
      if ((await balanceModel(connection).countDocuments()) > found) await checkOrphans(connection, report);
    },
  };
}

/** False when the row is behind the chain. One that is ahead of what was read has seen newer entries. */
function checkRow(chain: FoldedChain, row: BalanceRow | undefined, report: Report): boolean {
  const { account, head } = chain;
  if (row === undefined || row.seq < head.seq) return false;
  const isNewer = row.seq > head.seq || row.headHash === undefined;
  if (!isNewer && !agreesWith(chain, row))
    report(findingAt({ account, seq: head.seq }, "balance-row-wrong", `at ${row.seq}`));
  return true;
}

async function checkBehind(
  connection: Connection,
  chains: readonly FoldedChain[],
  report: Report,
): Promise<void> {
  const rows = await readRows(connection, chains);
  for (const chain of chains) {
    const row = rows.get(chain.account);
    if (checkRow(chain, row, report)) continue;
    const where = { account: chain.account, seq: chain.head.seq };
    report(findingAt(where, "balance-row-wrong", row ? `at ${row.seq}` : "missing"));
  }
}

async function checkOrphans(connection: Connection, report: Report): Promise<void> {
  const rows = balanceModel(connection).find({}, { siteId: 1, seq: 1 }).lean<BalanceRow[]>().cursor();
  for await (const { _id: account, siteId, seq } of rows) {
    const isFounded = await journalModel(connection).exists({ siteId, account });
    if (!isFounded)
      report(findingAt({ account, seq }, "balance-row-wrong", LEDGER_FINDINGS["checkpoint-missing"]));
  }
}
