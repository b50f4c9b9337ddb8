import { setTimeout } from "node:timers/promises";
import type { Connection } from "mongoose";
import type { SignedEnds } from "../chain/checkpoint.ts";
import { readAhead } from "../db/read-ahead.ts";
import { canonicalJson } from "../http/request-hash.ts";
import { type BalanceRow, balanceModel, type SystemTotals } from "./balance.model.ts";
import { balanceFoldOf } from "./balance-fold.ts";
import { createChainFold, type FoldedChain, findingAt, type Report, type SiteFold } from "./chain-fold.ts";
import { addTotals } from "./fold-balances.ts";
import { LEDGER_FINDINGS, type LedgerFinding } from "./invariants.ts";
import { type JournalRow, journalModel } from "./journal.model.ts";
import { createPace, type Progress } from "./pace.ts";

export interface LedgerReport {
  entries: number;
  refusals: number;
  accounts: number;
  sites: SiteFold[];
  /** System accounts, folded from the postings, and all households of a site as `households:<site>`. */
  totals: SystemTotals;
  /** The first thousand; `findingCount` has them all. */
  findings: LedgerFinding[];
  findingCount: number;
}

export interface VerifyOptions {
  /** About once a second. */
  onProgress?: (progress: Progress) => void;
  /** Ends that were signed once: each must still be in its chain. */
  signed?: SignedEnds;
  /** Every chain, in the order of site and account. */
  onChain?: (chain: FoldedChain) => void;
  nowMs?: () => number;
  /** Waits for rows that another process may still be folding. */
  sleep?: (ms: number) => Promise<unknown>;
}

const FINDINGS_KEPT = 1000;
/** Rows per answer of the store; range 100–5000. */
const ROWS_AT_ONCE = 2000;
/** Chains whose rows are looked up together. Range 50–1000. */
const CHAINS_AT_ONCE = 500;
/** A row that is still behind so long after its entry was read is not being folded. Range 200–5000 ms. */
const FOLDED_WITHIN_MS = 500;

/** Reads the whole journal once in the order of its chains, folds it and checks every invariant. Changes nothing. */
export async function verifyLedger(
  connection: Connection,
  options: VerifyOptions = {},
): Promise<LedgerReport> {
  const { onProgress, onChain, signed, nowMs = () => performance.now(), sleep = setTimeout } = options;
  const findings: LedgerFinding[] = [];
  let findingCount = 0;
  const report: Report = (finding) => {
    findingCount += 1;
    if (findings.length < FINDINGS_KEPT) findings.push(finding);
  };
  await checkGuards(connection, report);
  await balanceFoldOf(connection).caughtUp();
  const fold = createChainFold(report);
  const unseen = new Map(signed);
  let totals: SystemTotals = {};
  let ended: FoldedChain[] = [];
  const behind: FoldedChain[] = [];
  let rowsSeen = 0;
  const take = (chain: FoldedChain) => {
    onChain?.(chain);
    totals = addTotals(totals, totalsOf(chain));
    ended.push(chain);
  };
  const checkEnded = async () => {
    const rows = await readRows(connection, ended);
    rowsSeen += rows.size;
    for (const chain of ended) if (!checkRow(chain, rows.get(chain.account), report)) behind.push(chain);
    ended = [];
  };

  const journal = journalModel(connection);
  const pace = createPace(await journal.estimatedDocumentCount(), nowMs, onProgress);
  const cursor = journal.collection.find(
    {},
    { sort: { siteId: 1, account: 1, seq: 1 }, batchSize: ROWS_AT_ONCE },
  );
  for await (const batch of readAhead(cursor)) {
    for (const document of batch) {
      // What the store holds may be anything; the fold looks at it before it believes it.
      const row = document as unknown as JournalRow;
      checkSigned(unseen, row, report);
      const chain = fold.add(row);
      if (chain) take(chain);
      pace.step(fold.counts);
    }
    if (ended.length >= CHAINS_AT_ONCE) await checkEnded();
  }
  const { last, sites } = fold.end();
  if (last) take(last);
  await checkEnded();
  pace.end(fold.counts);
  for (const [account, { seq }] of unseen)
    report(findingAt({ account, seq }, "checkpoint-missing", `entry ${seq} is gone`));
  await checkReferences(connection, report);
  if (behind.length > 0) {
    await sleep(FOLDED_WITHIN_MS);
    await checkBehind(connection, behind, report);
  }
  const rows = await balanceModel(connection).countDocuments();
  if (rows > rowsSeen) await checkOrphanRows(connection, report);
  return { ...fold.counts, sites, totals, findings, findingCount };
}

/** What a chain adds to the totals: its system accounts, and its balance to that of all households. */
function totalsOf({ siteId, head, totals }: FoldedChain): SystemTotals {
  return addTotals(totals, { [`households:${siteId}`]: head.balance });
}

/** Without its unique indexes a journal is only a list. */
async function checkGuards(connection: Connection, report: Report): Promise<void> {
  const journal = journalModel(connection);
  const guards = journal.schema.indexes().filter(([, { unique }]) => unique === true);
  const collections = await connection.listCollections();
  // A store that has never sold anything has no journal either.
  if (!collections.some(({ name }) => name === journal.collection.collectionName)) return;
  const present = await journal.collection.indexes();
  for (const [key] of guards)
    if (!present.some((index) => index.unique === true && canonicalJson(index.key) === canonicalJson(key)))
      report(findingAt({ account: "", seq: 0 }, "guard-missing", Object.keys(key).join(", ")));
}

function checkSigned(
  unseen: Map<string, { seq: number; hash: string }>,
  row: JournalRow,
  report: Report,
): void {
  const end = unseen.get(row.account);
  if (end === undefined || end.seq !== row.seq) return;
  unseen.delete(row.account);
  if (!("hash" in row) || row.hash !== end.hash)
    report(findingAt(row, "checkpoint-rewritten", `signed as ${end.hash}`));
}

async function readRows(
  connection: Connection,
  chains: readonly FoldedChain[],
): Promise<Map<string, BalanceRow>> {
  const rows = await balanceModel(connection)
    .find({ _id: { $in: chains.map(({ account }) => account) } })
    .lean<BalanceRow[]>();
  return new Map(rows.map((row) => [row._id, row]));
}

/** False when the row is behind the chain. One that is ahead of what was read has seen newer entries. */
function checkRow(
  { account, head, totals }: FoldedChain,
  row: BalanceRow | undefined,
  report: Report,
): boolean {
  if (row === undefined || row.seq < head.seq) return false;
  if (row.seq > head.seq || row.headHash === undefined) return true;
  const agrees =
    row.headHash === head.hash &&
    canonicalJson(row.balance) === canonicalJson(head.balance) &&
    sameTotals(row.totals ?? {}, totals);
  if (!agrees) report(findingAt({ account, seq: head.seq }, "balance-row-wrong", `at ${row.seq}`));
  return true;
}

async function checkBehind(
  connection: Connection,
  chains: readonly FoldedChain[],
  report: Report,
): Promise<void> {
  for (let from = 0; from < chains.length; from += CHAINS_AT_ONCE) {
    const some = chains.slice(from, from + CHAINS_AT_ONCE);
    const rows = await readRows(connection, some);
    for (const chain of some) {
      const row = rows.get(chain.account);
      if (checkRow(chain, row, report)) continue;
      const where = { account: chain.account, seq: chain.head.seq };
      report(findingAt(where, "balance-row-wrong", row ? `at ${row.seq}` : "missing"));
    }
  }
}

/** A row of nothing but zeros and no row at all mean the same. */
function sameTotals(a: SystemTotals, b: SystemTotals): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((account) =>
    [...new Set([...Object.keys(a[account] ?? {}), ...Object.keys(b[account] ?? {})])].every(
      (commodity) => (a[account]?.[commodity] ?? 0) === (b[account]?.[commodity] ?? 0),
    ),
  );
}

/** In the order of their own index, so that the same reference twice stands side by side. */
async function checkReferences(connection: Connection, report: Report): Promise<void> {
  type Reference = Pick<JournalRow, "siteId" | "refSpace" | "ref" | "account" | "seq">;
  let before: Reference | undefined;
  const cursor = journalModel(connection).collection.find(
    {},
    {
      sort: { siteId: 1, refSpace: 1, ref: 1 },
      projection: { _id: 0, siteId: 1, refSpace: 1, ref: 1, account: 1, seq: 1 },
      batchSize: ROWS_AT_ONCE,
    },
  );
  for await (const batch of readAhead(cursor))
    for (const document of batch) {
      const row = document as unknown as Reference;
      const isSame =
        before?.ref === row.ref && before.refSpace === row.refSpace && before.siteId === row.siteId;
      if (isSame) report(findingAt(row, "ref-doubled", row.ref));
      before = row;
    }
}

async function checkOrphanRows(connection: Connection, report: Report): Promise<void> {
  const rows = balanceModel(connection).find({}, { siteId: 1, seq: 1 }).lean<BalanceRow[]>().cursor();
  for await (const { _id: account, siteId, seq } of rows) {
    const isFounded = await journalModel(connection).exists({ siteId, account });
    if (!isFounded)
      report(findingAt({ account, seq }, "balance-row-wrong", LEDGER_FINDINGS["checkpoint-missing"]));
  }
}
