import { createHash } from "node:crypto";
import type { Connection } from "mongoose";
import {
  addBalances,
  type ChainHead,
  type Commodity,
  EMPTY_CHAIN,
  GENESIS_HASH,
  headAfter,
  type LedgerEntry,
  type Posting,
} from "./entry.ts";
import { findingsOf, type LedgerFinding } from "./invariants.ts";
import { isRefusal, type JournalRow, journalModel } from "./journal.model.ts";

export interface LedgerReport {
  entries: number;
  refusals: number;
  accounts: number;
  /** Over the ends of all chains in the order of their accounts: two equal ledgers have equal ones. */
  headHash: string;
  /** Every account, system accounts included, folded from the postings. */
  totals: Record<string, Record<Commodity, number>>;
  findings: LedgerFinding[];
}

const PROGRESS_EVERY = 1000;

/** Reads the whole journal once, folds it and checks every invariant. Changes nothing. */
export async function verifyLedger(
  connection: Connection,
  { onProgress }: { onProgress?: (entriesDone: number) => void } = {},
): Promise<LedgerReport> {
  const fold = createFold();
  const cursor = journalModel(connection)
    .find()
    .sort({ siteId: 1, account: 1, seq: 1 })
    .lean<JournalRow[]>()
    .cursor();
  for await (const row of cursor) {
    fold.add(row as JournalRow);
    if (fold.rows() % PROGRESS_EVERY === 0) onProgress?.(fold.rows());
  }
  onProgress?.(fold.rows());
  return fold.report();
}

function createFold() {
  const findings: LedgerFinding[] = [];
  const totals: LedgerReport["totals"] = {};
  const refs = new Set<string>();
  const heads = createHash("sha256");
  let account = "";
  let head: ChainHead = EMPTY_CHAIN;
  let purchases = new Map<string, LedgerEntry>();
  let voided = new Set<string>();
  let accounts = 0;
  let entries = 0;
  let refusals = 0;

  function begin(next: string): void {
    if (account) heads.update(`${account} ${head.hash}\n`);
    account = next;
    head = EMPTY_CHAIN;
    purchases = new Map();
    voided = new Set();
    if (next) accounts += 1;
  }

  function checkVoid(entry: LedgerEntry): void {
    const purchaseId = String(entry.details.purchaseId);
    const purchase = purchases.get(purchaseId);
    const reversed = purchase && sumsToNothing([...purchase.postings, ...entry.postings]);
    if (!reversed || voided.has(purchaseId))
      findings.push({ account, seq: entry.seq, code: "void-unfounded", detail: purchaseId });
    voided.add(purchaseId);
  }

  return {
    rows: () => entries + refusals,
    add(row: JournalRow): void {
      const ref = `${row.siteId} ${row.refSpace} ${row.ref}`;
      if (refs.has(ref))
        findings.push({ account: row.account, seq: row.seq, code: "ref-doubled", detail: row.ref });
      refs.add(ref);
      if (isRefusal(row)) {
        refusals += 1;
        return;
      }
      if (row.account !== account) begin(row.account);
      findings.push(...findingsOf(row, head));
      if (row.kind === "purchase") purchases.set(row._id, row);
      if (row.kind === "void") checkVoid(row);
      for (const { account: name, commodity, amount } of row.postings)
        totals[name] = addBalances(totals[name] ?? {}, { [commodity]: amount });
      head = headAfter(row);
      entries += 1;
    },
    report(): LedgerReport {
      begin("");
      const headHash = entries === 0 ? GENESIS_HASH : heads.digest("hex");
      return { entries, refusals, accounts, headHash, totals, findings };
    },
  };
}

function sumsToNothing(postings: readonly Posting[]): boolean {
  const sums = new Map<string, number>();
  for (const { account, commodity, amount } of postings) {
    const key = `${account} ${commodity}`;
    sums.set(key, (sums.get(key) ?? 0) + amount);
  }
  return [...sums.values()].every((sum) => sum === 0);
}
