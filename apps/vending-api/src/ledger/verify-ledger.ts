import { setTimeout } from "node:timers/promises";
import type { Connection } from "mongoose";
import type { SignedEnds } from "../chain/checkpoint.ts";
import { readAhead } from "../db/read-ahead.ts";
import { canonicalJson } from "../http/request-hash.ts";
import type { SystemTotals } from "./balance.model.ts";
import { balanceFoldOf } from "./balance-fold.ts";
import { createChainFold, type FoldedChain, findingAt, type Report, type SiteFold } from "./chain-fold.ts";
import { addTotals } from "./fold-balances.ts";
import type { LedgerFinding } from "./invariants.ts";
import { type JournalRow, journalModel } from "./journal.model.ts";
import { createPace, type Progress } from "./pace.ts";
import { createReferencePrints } from "./reference-prints.ts";
import { createRowCheck } from "./verify-rows.ts";

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
  const references = createReferencePrints();
  const unseen = new Map(signed);
  let totals: SystemTotals = {};
  let ended: FoldedChain[] = [];
  const rows = createRowCheck(connection, report, sleep);
  const take = (chain: FoldedChain) => {
    onChain?.(chain);
    totals = addTotals(totals, totalsOf(chain));
    ended.push(chain);
  };
  const checkEnded = async () => {
    await rows.check(ended);
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
      references.add(row);
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
  if (references.mayRepeat()) await checkReferences(connection, report);
  await rows.end();
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
