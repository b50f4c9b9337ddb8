import mongoose, { type Connection } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import { isDuplicateKey } from "../db/model.ts";
import { readHead, readHeads } from "./balance.model.ts";
import { type ChainHead, householdAccount } from "./entry.ts";
import { isRefusal, type JournalRow, journalModel } from "./journal.model.ts";
import { findOutcomes, type LedgerStore, settleBehindFold } from "./ledger.ts";
import {
  decideTurn,
  isAmong,
  nextTurn,
  type Outcome,
  type PostingRequest,
  settleFrom,
  type Waiting,
} from "./turn.ts";

/** Requests that share a look-up and an insert; range 64–1000. */
const REQUESTS_TOGETHER = 512;

/** What one household's requests of an insert became. */
interface HouseholdTurn {
  before: string;
  rows: JournalRow[];
  requests: Waiting[];
}

type Post = (request: PostingRequest) => Promise<Outcome>;

/**
 * Posts for many households at once. What cannot share the insert goes through `post`, behind whatever its account's queue
 * holds: decisions that read the journal, refusals, and those whose chain another writer has lengthened meanwhile.
 */
export async function postTogether(
  store: LedgerStore,
  requests: readonly PostingRequest[],
  post: Post,
): Promise<PromiseSettledResult<Outcome>[]> {
  const outcomes: Promise<Outcome>[] = [];
  const waiting = requests.map((item) => {
    const { promise, pending } = pendingFor(item);
    outcomes.push(promise);
    return pending;
  });
  const settled = Promise.allSettled(outcomes);
  for (let from = 0; from < waiting.length; from += REQUESTS_TOGETHER) {
    const chunk = waiting.slice(from, from + REQUESTS_TOGETHER);
    try {
      for (const pending of await postChunk(store, chunk))
        post(pending.item).then(pending.settle, pending.fail);
    } catch (error) {
      for (const pending of chunk) pending.fail(error);
    }
  }
  return settled;
}

function pendingFor(item: PostingRequest): { promise: Promise<Outcome>; pending: Waiting } {
  let pending: Waiting | undefined;
  const promise = new Promise<Outcome>((settle, fail) => {
    pending = { item, settle, fail };
  });
  return { promise, pending: pending as Waiting };
}

/** Returns those that have to go alone. */
async function postChunk(store: LedgerStore, chunk: readonly Waiting[]): Promise<Waiting[]> {
  const { connection, heads } = store;
  const open = settleFrom(
    await findOutcomes(
      connection,
      chunk.map(({ item }) => item),
    ),
    chunk,
    new Set(),
  );
  const alone = open.filter(({ item }) => item.readsJournal);
  const together = groupBy(
    open.filter(({ item }) => !item.readsJournal),
    ({ item }) => householdAccount(item.householdId),
  );
  let turns: HouseholdTurn[] = [];
  const chainEnds = await headsOf(store, together);
  for (const [account, waiting] of together) {
    const head = chainEnds.get(account);
    const turn = nextTurn(waiting);
    const { rows, failed } =
      head === undefined ? { rows: [], failed: new Set() } : await decideTurn(turn, head);
    const rest = waiting.filter((pending) => !failed.has(pending));
    if (head === undefined || rows.some(isRefusal)) alone.push(...rest);
    else {
      alone.push(...rest.filter((pending) => !turn.includes(pending)));
      if (rows.length > 0) turns.push({ before: head.hash, rows, requests: rest.filter(isAmong(rows)) });
    }
  }
  while (turns.length > 0) {
    const written = await insertInOrder(
      connection,
      turns.flatMap(({ rows }) => rows),
    );
    let done = 0;
    const later: HouseholdTurn[] = [];
    for (const turn of turns) {
      const rows = turn.rows.slice(0, Math.max(0, written - done));
      done += turn.rows.length;
      if (rows.length > 0) settleBehindFold(store, turn.before, rows, turn.requests);
      if (rows.length === turn.rows.length) continue;
      // The first that was stopped met another writer's entry; those behind it were not tried.
      const isStopped = done - turn.rows.length <= written;
      if (!isStopped) later.push(turn);
      else {
        heads.forget(householdAccount(turn.requests[0]?.item.householdId ?? ""));
        alone.push(...turn.requests.filter((pending) => !isAmong(rows)(pending)));
      }
    }
    turns = later;
  }
  return alone;
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
  await Promise.all(
    unknown.map(async (account) => {
      const [first] = together.get(account) ?? [];
      if (first && !found.has(account)) found.set(account, await readHead(connection, first.item));
    }),
  );
  return found;
}

/** In order, so that no entry stands behind one that was stopped. Returns how many were written before a collision. */
async function insertInOrder(connection: Connection, rows: readonly JournalRow[]): Promise<number> {
  try {
    await journalModel(connection).insertMany(rows, { ordered: true, lean: true });
    return rows.length;
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoBulkWriteError) || !isDuplicateKey(error)) throw error;
    return error.insertedCount;
  }
}
