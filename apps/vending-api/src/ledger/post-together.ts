import mongoose from "mongoose";
import { groupBy } from "../db/group-by.ts";
import { isDuplicateKey } from "../db/model.ts";
import { readHead, readHeads } from "./balance.model.ts";
import { type ChainHead, EMPTY_CHAIN, householdAccount } from "./entry.ts";
import { isRefusal, type JournalRow, journalModel } from "./journal.model.ts";
import { acknowledge, findOutcomes, type LedgerStore } from "./ledger.ts";
import { decideTurn, nextTurn, settleFrom, type Waiting } from "./turn.ts";

/** What one household's requests of an insert became. */
interface HouseholdTurn {
  before: string;
  rows: JournalRow[];
  requests: Waiting[];
}

/**
 * Posts for many households by one insert. Returns those that have to go alone: decisions that read the journal, refusals, and
 * those whose chain another writer has lengthened meanwhile.
 */
export async function postTogether(store: LedgerStore, batch: readonly Waiting[]): Promise<Waiting[]> {
  const known = await findOutcomes(
    store.connection,
    batch.map(({ item }) => item),
  );
  const open = settleFrom(known, batch, new Set());
  const byAccount = groupBy(
    open.filter(({ item }) => !item.readsJournal),
    ({ item }) => householdAccount(item.householdId),
  );
  const heads = await headsOf(store, byAccount);
  const decided = await Promise.all(
    [...heads].map(([account, head]) => decideFor(byAccount.get(account) ?? [], head)),
  );
  const stopped = await insertTurns(
    store,
    decided.flatMap(({ turn }) => turn ?? []),
  );
  return [
    ...open.filter(({ item }) => item.readsJournal),
    ...decided.flatMap(({ alone }) => alone),
    ...stopped,
  ];
}

async function decideFor(
  waiting: readonly Waiting[],
  head: ChainHead,
): Promise<{ turn?: HouseholdTurn; alone: Waiting[] }> {
  const turn = nextTurn(waiting);
  const { rows, failed } = await decideTurn(turn, head);
  const rest = waiting.filter((pending) => !failed.has(pending));
  // A no must not rest on an end of the chain that is only remembered.
  if (rows.length === 0 || rows.some(isRefusal)) return { alone: rest };
  const requests = turn.filter((pending) => !failed.has(pending));
  return {
    turn: { before: head.hash, rows, requests },
    alone: rest.filter((pending) => !requests.includes(pending)),
  };
}

/** Inserts turn behind turn. Returns the requests of those that met another writer's entry. */
async function insertTurns(store: LedgerStore, decided: readonly HouseholdTurn[]): Promise<Waiting[]> {
  const stopped: Waiting[] = [];
  let turns = decided;
  while (turns.length > 0) {
    let written = await insertInOrder(store, turns);
    const collided = turns.findIndex(({ rows }) => {
      if (written < rows.length) return true;
      written -= rows.length;
      return false;
    });
    const whole = collided < 0 ? turns : turns.slice(0, collided);
    for (const { before, rows, requests } of whole) acknowledge(store, before, rows, requests);
    const turn = turns[collided];
    if (turn === undefined) break;
    stopped.push(...settleWritten(store, turn, written));
    turns = turns.slice(collided + 1);
  }
  return stopped;
}

/** Of a turn that was stopped after `written` rows: those stand, the others have to look anew. */
function settleWritten(
  store: LedgerStore,
  { before, rows, requests }: HouseholdTurn,
  written: number,
): Waiting[] {
  const rest = written === 0 ? requests : acknowledge(store, before, rows.slice(0, written), requests);
  const [first] = requests;
  if (first) store.heads.forget(householdAccount(first.item.householdId));
  return rest;
}

async function headsOf(
  { connection, heads }: LedgerStore,
  together: ReadonlyMap<string, readonly Waiting[]>,
): Promise<Map<string, ChainHead>> {
  const found = new Map<string, ChainHead>();
  const unknown: string[] = [];
  for (const account of together.keys()) {
    const head = heads.get(account);
    if (head) found.set(account, head);
    else unknown.push(account);
  }
  if (unknown.length === 0) return found;
  for (const [account, head] of await readHeads(connection, unknown)) found.set(account, head);
  const rowless = unknown.filter((account) => !found.has(account));
  if (rowless.length === 0) return found;
  const siteIds = rowless.flatMap((account) => together.get(account)?.map(({ item }) => item.siteId) ?? []);
  const begun: string[] = await journalModel(connection)
    .find({ siteId: { $in: [...new Set(siteIds)] }, account: { $in: rowless }, seq: 1 }, { account: 1 })
    .lean<Pick<JournalRow, "account">[]>()
    .then((rows) => rows.map(({ account }) => account));
  for (const account of rowless) {
    const [first] = together.get(account) ?? [];
    const isNew = first === undefined || !begun.includes(account);
    found.set(account, isNew ? EMPTY_CHAIN : await readHead(connection, first.item));
  }
  return found;
}

/** In order, so that no entry stands behind one that was stopped. Returns how many were written before a collision. */
async function insertInOrder(
  { connection, fold }: LedgerStore,
  turns: readonly HouseholdTurn[],
): Promise<number> {
  const rows = turns.flatMap((turn) => turn.rows);
  try {
    await journalModel(connection).insertMany(rows, { ordered: true, lean: true });
    return rows.length;
  } catch (error) {
    if (error instanceof mongoose.mongo.MongoBulkWriteError && isDuplicateKey(error))
      return error.insertedCount;
    for (const { siteId, householdId } of rows) fold.addUnknown({ siteId, householdId });
    throw error;
  }
}
