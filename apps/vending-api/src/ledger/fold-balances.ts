import mongoose, { type Connection } from "mongoose";
import { GENESIS_HASH } from "../chain/genesis.ts";
import { DERIVED_WRITE } from "../db/connection.ts";
import { isDuplicateKey } from "../db/model.ts";
import { type BalanceRow, balanceModel, type HouseholdKey, type SystemTotals } from "./balance.model.ts";
import { addBalances, type ChainHead, headAfter, householdAccount, type LedgerEntry } from "./entry.ts";
import { journalModel } from "./journal.model.ts";

/** What entries in a row did to one chain. */
export interface FoldedRun {
  household: HouseholdKey;
  /** The hash that the first of them follows. */
  after: string;
  head: ChainHead;
  headId: string;
  totals: SystemTotals;
}

/** Entries of a chain that are read at once while it is caught up; range 100–10,000. */
const ENTRIES_AT_ONCE = 1000;
/** A crash between an entry and its fold is looked for so far back. Range: longer than the server ever stands still, 1–30 days. */
const LOOK_BACK_MS = 2 * 86_400_000;

/** Folds entries of one chain, in order. Pure. */
export function foldRun(
  household: HouseholdKey,
  entries: readonly [LedgerEntry, ...LedgerEntry[]],
  after: string,
): FoldedRun {
  const totals: SystemTotals = {};
  for (const entry of entries)
    for (const { account, commodity, amount } of entry.postings)
      if (account !== entry.account)
        totals[account] = addBalances(totals[account] ?? {}, { [commodity]: amount });
  const last = entries.at(-1) ?? entries[0];
  return { household, after, head: headAfter(last), headId: last._id, totals };
}

export function addTotals(sum: SystemTotals, more: Readonly<SystemTotals>): SystemTotals {
  const added: SystemTotals = { ...sum };
  for (const [account, effect] of Object.entries(more))
    added[account] = addBalances(added[account] ?? {}, effect);
  return added;
}

/** Each row moves in one step from the hash that the run follows, so no entry is ever folded twice or left out. */
export async function writeRuns(connection: Connection, runs: readonly FoldedRun[]): Promise<void> {
  const operations = runs.map(({ household, after, head, headId, totals }) => ({
    updateOne: {
      filter: { _id: householdAccount(household.householdId), headHash: after },
      update: {
        $set: { ...household, seq: head.seq, headId, headHash: head.hash, balance: head.balance },
        $inc: increments(totals),
      },
      upsert: after === GENESIS_HASH,
    },
  }));
  let moved = 0;
  try {
    const result = await balanceModel(connection).bulkWrite(operations, {
      ordered: false,
      writeConcern: DERIVED_WRITE,
    });
    moved = result.matchedCount + result.upsertedCount;
  } catch (error) {
    // The row is there already, at another place of the chain.
    if (
      !isDuplicateKey(error) &&
      !(error instanceof mongoose.mongo.MongoBulkWriteError && isDuplicateKey(error))
    )
      throw error;
  }
  if (moved < runs.length) await catchUpBehind(connection, runs);
}

function increments(totals: SystemTotals): Record<string, number> {
  return Object.fromEntries(
    Object.entries(totals).flatMap(([account, effect]) =>
      Object.entries(effect).map(([commodity, amount]) => [`totals.${account}.${commodity}`, amount]),
    ),
  );
}

async function catchUpBehind(connection: Connection, runs: readonly FoldedRun[]): Promise<void> {
  const accounts = runs.map(({ household }) => householdAccount(household.householdId));
  const rows = await balanceModel(connection)
    .find({ _id: { $in: accounts } })
    .lean<BalanceRow[]>();
  const rowByAccount = new Map(rows.map((row) => [row._id, row]));
  for (const { household, head } of runs) {
    const row = rowByAccount.get(householdAccount(household.householdId));
    if (row?.headHash === undefined || row.seq < head.seq) await catchUpBalance(connection, household);
  }
}

/** Folds what the journal has beyond the household's row, from its beginning if need be. True when that was anything. */
export async function catchUpBalance(
  connection: Connection,
  { siteId, householdId }: HouseholdKey,
): Promise<boolean> {
  const household = { siteId, householdId };
  const account = householdAccount(householdId);
  const balances = balanceModel(connection);
  let moved = false;
  for (;;) {
    const row = await balances.findById(account).lean<BalanceRow | null>();
    const folded = row?.headHash === undefined ? undefined : row;
    const entries = await journalModel(connection)
      .find({ siteId, account, seq: { $gt: folded?.seq ?? 0 } })
      .sort({ seq: 1 })
      .limit(ENTRIES_AT_ONCE)
      .lean<LedgerEntry[]>();
    const [first, ...others] = entries;
    if (first === undefined) return moved;
    const run = foldRun(household, [first, ...others], first.previousHash);
    const next: Omit<BalanceRow, "_id"> = {
      ...household,
      seq: run.head.seq,
      headId: run.headId,
      headHash: run.head.hash,
      balance: run.head.balance,
      totals: addTotals(folded?.totals ?? {}, run.totals),
    };
    const guard = row === null ? { seq: -1 } : { seq: row.seq, headHash: row.headHash ?? null };
    try {
      await balances.updateOne({ _id: account, ...guard }, { $set: next }, { upsert: row === null });
    } catch (error) {
      // Another process wrote the first row meanwhile: go on from there.
      if (!isDuplicateKey(error)) throw error;
    }
    moved = true;
  }
}

/**
 * Folds again what a crash between entry and fold left behind, of entries made after `since`; two days back where nobody says.
 * What is just being folded comes to no harm by it. Returns how many rows that were.
 */
export async function healBalances(
  connection: Connection,
  since = new Date(Date.now() - LOOK_BACK_MS),
): Promise<number> {
  const behind = await householdsBehind(connection, since);
  let healed = 0;
  for (const household of behind) if (await catchUpBalance(connection, household)) healed += 1;
  return healed;
}

async function householdsBehind(connection: Connection, lookedSince: Date): Promise<HouseholdKey[]> {
  const balances = balanceModel(connection);
  const journal = journalModel(connection);
  // A store that was emptied or restored without them has no rows at all.
  const since = (await balances.exists({})) === null ? new Date(0) : lookedSince;
  const newest = new Map<string, HouseholdKey & { seq: number }>();
  const recent = journal
    .find(
      { _id: { $gte: firstIdOf(since) }, seq: { $gt: 0 } },
      { siteId: 1, householdId: 1, account: 1, seq: 1 },
    )
    .lean<LedgerEntry[]>()
    .cursor();
  for await (const { account, siteId, householdId, seq } of recent)
    if ((newest.get(account)?.seq ?? 0) < seq) newest.set(account, { siteId, householdId, seq });
  const unfolded = await balances.find({ headHash: { $exists: false } }).lean<BalanceRow[]>();
  for (const { _id, siteId, householdId } of unfolded)
    newest.set(_id, { siteId, householdId, seq: Number.POSITIVE_INFINITY });
  const rows = await balances
    .find({ _id: { $in: [...newest.keys()] } }, { seq: 1 })
    .lean<Pick<BalanceRow, "_id" | "seq">[]>();
  const foldedSeq = new Map(rows.map(({ _id, seq }) => [_id, seq]));
  return [...newest].flatMap(([account, { seq, ...household }]) =>
    (foldedSeq.get(account) ?? 0) < seq ? [household] : [],
  );
}

/** The lowest id that could have been given at that time: ids begin with the second they were made in. */
function firstIdOf(at: Date): string {
  return mongoose.Types.ObjectId.createFromTime(Math.floor(at.getTime() / 1000)).toHexString();
}
