import { groupBy } from "../db/group-by.ts";
import type { HouseholdKey } from "./balance.model.ts";
import { type ChainHead, householdAccount } from "./entry.ts";
import { isRefusal, type JournalRow } from "./journal.model.ts";
import { acknowledge, type LedgerStore } from "./ledger.ts";
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
  const known = await store.journal.find(batch.map(({ item }) => item));
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
  { journal, heads }: LedgerStore,
  together: ReadonlyMap<string, readonly Waiting[]>,
): Promise<Map<string, ChainHead>> {
  const found = new Map<string, ChainHead>();
  const unknown: HouseholdKey[] = [];
  for (const [account, waiting] of together) {
    const head = heads.get(account);
    if (head) found.set(account, head);
    else unknown.push(...waiting.slice(0, 1).map(({ item }) => item));
  }
  if (unknown.length === 0) return found;
  for (const [account, head] of await journal.heads(unknown)) found.set(account, head);
  return found;
}

/** Returns how many were written before a collision. */
async function insertInOrder(
  { journal, fold }: LedgerStore,
  turns: readonly HouseholdTurn[],
): Promise<number> {
  const rows = turns.flatMap((turn) => turn.rows);
  try {
    return await journal.insert(rows);
  } catch (error) {
    for (const { siteId, householdId } of rows) fold.addUnknown({ siteId, householdId });
    throw error;
  }
}
