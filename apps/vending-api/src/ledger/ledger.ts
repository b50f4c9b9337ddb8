import type { Connection } from "mongoose";
import { type Batch, createKeyedQueue } from "../chain/keyed-queue.ts";
import { groupBy } from "../db/group-by.ts";
import { ApiError } from "../errors.ts";
import type { HouseholdKey } from "./balance.model.ts";
import { type BalanceFold, balanceFoldOf } from "./balance-fold.ts";
import { type ChainHead, householdAccount, type LedgerEntry } from "./entry.ts";
import { foldRun } from "./fold-balances.ts";
import { createHeadMemory, type HeadMemory } from "./head-memory.ts";
import { isRefusal, type JournalRow } from "./journal.model.ts";
import { type Journal, storedJournal } from "./journal.ts";
import { postTogether } from "./post-together.ts";
import {
  decideEarly,
  decideTurn,
  nextTurn,
  type Outcome,
  type PostingRequest,
  settleFrom,
  type Waiting,
} from "./turn.ts";

export type { Decision, Outcome, PostingRequest } from "./turn.ts";

export interface Ledger {
  /**
   * Appends one entry to the household's chain, or answers what its reference has had before. Rejects with ApiError: the
   * refusal, `idempotency-key-reused`, `ledger-broken` when an invariant would not hold (nothing is written), or the store's
   * error, after which the same request can be sent again.
   */
  post(request: PostingRequest): Promise<Outcome>;
  /**
   * As `post` for each; the outcomes stand in the order given, and one that fails stops no other. For runs over hundreds of
   * households, which share their inserts.
   */
  postMany(requests: readonly PostingRequest[]): Promise<PromiseSettledResult<Outcome>[]>;
  head(household: HouseholdKey): Promise<ChainHead>;
  /** Resolves once nothing is being written and the balance rows show everything. */
  idle(): Promise<void>;
}

/** What the parts of one ledger share. */
export interface LedgerStore {
  journal: Journal;
  heads: HeadMemory;
  fold: BalanceFold;
}

/**
 * Households are spread over so many queues. One would hold all up for a decision that takes long, a thousand would share no
 * insert. Range 1–64.
 */
const LANES = 8;
/** Neighbours in a lane that share an insert; range 1–1000. Beyond 256 the gain is lost in the size of a request. */
const LARGEST_BATCH = 256;
/** Another process can win every time only in theory; range 10–1000. */
const MOST_ATTEMPTS = 200;
/** About 0.5 kB each. Range 100–100,000: households that post at the same time of the day. */
const HEADS_REMEMBERED = 20_000;

const ledgers = new WeakMap<Connection, Ledger>();

/** The one ledger of this process on this connection: its queues only help when every posting goes through them. */
export function ledgerOf(connection: Connection): Ledger {
  const known = ledgers.get(connection);
  if (known) return known;
  const ledger = openLedger(storedJournal(connection), balanceFoldOf(connection));
  ledgers.set(connection, ledger);
  return ledger;
}

/** One process's ledger on a journal that it shares with others'. */
export function openLedger(journal: Journal, fold: BalanceFold): Ledger {
  const store: LedgerStore = { journal, heads: createHeadMemory(HEADS_REMEMBERED), fold };
  const queue = createKeyedQueue<PostingRequest, Outcome>(
    (_lane, batch) => postLane(store, batch),
    LARGEST_BATCH,
  );
  const post = (request: PostingRequest) => queue.add(laneOf(request.householdId), request);
  return {
    post,
    postMany: (requests) => Promise.allSettled(requests.map(post)),
    head: (household) => journal.head(household),
    async idle() {
      await queue.idle();
      await fold.caughtUp();
    },
  };
}

/** The same for the same household, always. */
function laneOf(householdId: string): string {
  let sum = 0;
  for (let i = 0; i < householdId.length; i += 1) sum = (sum * 31 + householdId.charCodeAt(i)) % LANES;
  return String(sum);
}

async function postLane(store: LedgerStore, batch: Batch<PostingRequest, Outcome>): Promise<void> {
  const isOfOneHousehold = batch.every(({ item }) => item.householdId === batch[0].item.householdId);
  if (isOfOneHousehold) return postBatch(store, batch);
  const alone = groupBy(await postTogether(store, batch), ({ item }) => item.householdId);
  await Promise.all(
    [...alone.values()].map(([first, ...others]) => first && postBatch(store, [first, ...others])),
  );
}

async function postBatch(store: LedgerStore, batch: Batch<PostingRequest, Outcome>): Promise<void> {
  const { journal, heads } = store;
  const [{ item: household }] = batch;
  const account = householdAccount(household.householdId);
  let rest: Waiting[] = [...batch];
  const written = new Set<string>();
  for (let attempt = 0; rest.length > 0; attempt += 1) {
    if (attempt >= MOST_ATTEMPTS + batch.length)
      throw new ApiError("store-unavailable", "Other writers were always faster; try again");
    const remembered = heads.get(account);
    const early = remembered && decideEarly(rest, remembered);
    // Read before anything is decided: what another process appends afterwards makes the insert below collide.
    const [known, head] = await Promise.all([
      journal.find(rest.map(({ item }) => item)),
      remembered ?? journal.head(household),
    ]);
    rest = settleFrom(known, rest, written);
    if (rest.length === 0) break;
    const { rows, failed } = await decideTurn(nextTurn(rest), head, early);
    rest = rest.filter((pending) => !failed.has(pending));
    if (remembered !== undefined && rows.some(isRefusal)) {
      // A no rests on what the journal says now, because no index guards it.
      heads.forget(account);
      continue;
    }
    for (const row of rows) written.add(row._id);
    const inserted = await journal.insert(rows).catch((error: unknown) => {
      store.fold.addUnknown(household);
      throw error;
    });
    if (inserted === rows.length) {
      rest = acknowledge(store, head.hash, rows, rest);
    } else {
      // What stands in the journal is the outcome; the next round settles it.
      heads.forget(account);
      store.fold.addUnknown(household);
    }
  }
}

/**
 * Settles what was written, leaves it to the fold, and returns the others. `before` is the hash that the first of `rows`
 * follows.
 */
export function acknowledge(
  { heads, fold }: LedgerStore,
  before: string,
  rows: readonly JournalRow[],
  waiting: readonly Waiting[],
): Waiting[] {
  const [first, ...others] = rows.filter((row): row is LedgerEntry => !isRefusal(row));
  if (first !== undefined) {
    const { siteId, householdId } = first;
    const run = foldRun({ siteId, householdId }, [first, ...others], before);
    heads.set(first.account, run.head);
    fold.add(run);
  }
  return settleFrom(rows, waiting, new Set(rows.map((row) => row._id)));
}
