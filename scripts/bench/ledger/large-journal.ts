import type { Connection } from "mongoose";
import { connect } from "../../../apps/vending-api/src/db/connection.ts";
import { newId } from "../../../apps/vending-api/src/db/model.ts";
import { readHead } from "../../../apps/vending-api/src/ledger/balance.model.ts";
import {
  type ChainHead,
  chainEntry,
  EMPTY_CHAIN,
  type EntryBody,
  headAfter,
  householdAccount,
  type LedgerEntry,
} from "../../../apps/vending-api/src/ledger/entry.ts";
import { journalModel } from "../../../apps/vending-api/src/ledger/journal.model.ts";
import { rebuildBalances } from "../../../apps/vending-api/src/ledger/rebuild-balances.ts";
import { type RatedUse, settleUse, usagePostings } from "../../../apps/vending-api/src/ledger/settle-use.ts";
import { countEntries, trialBalance } from "../../../apps/vending-api/src/ledger/trial-balance.ts";
import { verifyLedger } from "../../../apps/vending-api/src/ledger/verify-ledger.ts";
import { ensureAllIndexes } from "../../../apps/vending-api/src/models.ts";
import { BENCH_SITE, purchaseBody } from "./bench-entries.ts";

/** Two and a half years of a household: a usage entry a day, a purchase every ten days. */
const ENTRIES_PER_HOUSEHOLD = 1000;
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.parse("2037-01-01T16:00:00Z");
const ROWS_AT_ONCE = 5000;
const OPENINGS = 100;

/** Fills a journal as rating and desk would have, and uses it. */
export async function* measureLargeJournal(uri: string, entries: number): AsyncGenerator<string> {
  const connection = await connect(uri);
  try {
    await ensureAllIndexes(connection);
    const households = Math.ceil(entries / ENTRIES_PER_HOUSEHOLD);
    // With --uri, the journal of an earlier run is used again.
    if ((await journalModel(connection).estimatedDocumentCount()) < entries) {
      yield await timed(`${entries.toLocaleString("en")} entries written`, () =>
        fill(connection, households),
      );
      yield await timed("rebuild of balances and totals", () => rebuildBalances(connection));
    }
    yield await timed(
      `opening a household, mean of ${OPENINGS}`,
      () => openSome(connection, households),
      OPENINGS,
    );
    yield await timed("report of a month (sums by kind and account)", () => monthReport(connection));
    yield await timed("trial balance", () => trialBalance(connection, { siteId: BENCH_SITE }));
    const startedMs = performance.now();
    const report = await verifyLedger(connection);
    const tookS = (performance.now() - startedMs) / 1000;
    if (report.findingCount > 0) throw new Error(`findings: ${JSON.stringify(report.findings[0])}`);
    const memoryMiB = Math.round(process.memoryUsage().rss / 1_048_576);
    yield `verify-ledger: ${report.entries.toLocaleString("en")} entries of ${report.accounts} accounts in ${tookS.toFixed(1)} s, ${Math.round(report.entries / tookS).toLocaleString("en")}/s; ${memoryMiB} MiB at its end`;
  } finally {
    await connection.close();
  }
}

async function timed(what: string, run: () => Promise<unknown>, times = 1): Promise<string> {
  const startedMs = performance.now();
  await run();
  const tookMs = (performance.now() - startedMs) / times;
  return `${what}: ${tookMs < 10_000 ? `${tookMs.toFixed(1)} ms` : `${(tookMs / 1000).toFixed(1)} s`}`;
}

async function fill(connection: Connection, households: number): Promise<void> {
  let rows: LedgerEntry[] = [];
  const write = async () => {
    await journalModel(connection).insertMany(rows, { lean: true });
    rows = [];
  };
  for (let household = 0; household < households; household += 1) {
    let head: ChainHead = EMPTY_CHAIN;
    for (let i = 0; i < ENTRIES_PER_HOUSEHOLD; i += 1) {
      const entry = entryOf(`household-${household}`, i, head);
      rows.push(entry);
      head = headAfter(entry);
      if (rows.length >= ROWS_AT_ONCE) await write();
    }
  }
  if (rows.length > 0) await write();
}

function entryOf(householdId: string, i: number, head: ChainHead): LedgerEntry {
  const id = newId();
  const at = new Date(FIRST_DAY + i * DAY_MS);
  const identity = {
    _id: id,
    siteId: BENCH_SITE,
    householdId,
    refSpace: i % 10 === 0 ? ("request" as const) : ("rating" as const),
    ref: id,
    requestHash: id,
  };
  const body = i % 10 === 0 ? purchaseBody(householdId, 5000, at) : usageBody(householdId, at, head);
  return chainEntry(identity, body, head);
}

function usageBody(householdId: string, at: Date, head: ChainHead): EntryBody {
  const use: RatedUse = {
    usedFrom: new Date(at.getTime() - DAY_MS).toISOString(),
    wh: 4321,
    energyNano: 4321 * 548_300,
    fixedNano: 0,
    blockPeriod: null,
    terms: { blocks: null, taxPpm: 0 },
    nanoPerMinor: 10_000_000,
    currency: "CNY",
  };
  const settlement = settleUse(use, head.state);
  return {
    kind: "usage",
    at,
    by: { id: "rating", name: "Rating" },
    note: "",
    postings: usagePostings({ siteId: BENCH_SITE, householdId }, use, settlement),
    details: {
      circuitId: `circuit-${householdId}`,
      day: at.toISOString().slice(0, 10),
      ...use,
      ...settlement,
    },
  };
}

/** What the household's page asks the ledger for: its end, its newest page, and how many there are. */
async function openSome(connection: Connection, households: number): Promise<void> {
  for (let i = 0; i < OPENINGS; i += 1) {
    const householdId = `household-${(i * 7919) % households}`;
    const where = { siteId: BENCH_SITE, account: householdAccount(householdId) };
    await Promise.all([
      readHead(connection, { siteId: BENCH_SITE, householdId }),
      journalModel(connection).find(where).sort({ seq: -1, _id: -1 }).limit(25).lean(),
      countEntries(connection, { siteId: BENCH_SITE, householdId }),
    ]);
  }
}

async function monthReport(connection: Connection): Promise<void> {
  const from = new Date(FIRST_DAY + 600 * DAY_MS);
  const to = new Date(FIRST_DAY + 630 * DAY_MS);
  await journalModel(connection).aggregate([
    { $match: { siteId: BENCH_SITE, at: { $gte: from, $lt: to }, seq: { $gt: 0 } } },
    { $unwind: "$postings" },
    { $match: { "postings.account": { $not: /^household:/ } } },
    {
      $group: {
        _id: { kind: "$kind", account: "$postings.account", commodity: "$postings.commodity" },
        amount: { $sum: "$postings.amount" },
        entries: { $sum: 1 },
      },
    },
  ]);
}
