import type { Connection } from "mongoose";
import { isDuplicateKey, newId } from "../db/model.ts";
import { ApiError, type ErrorCode } from "../errors.ts";
import { readHead, rememberBalance } from "./balance.model.ts";
import {
  type ChainHead,
  chainEntry,
  type EntryBody,
  type EntryIdentity,
  headAfter,
  householdAccount,
  type LedgerEntry,
} from "./entry.ts";
import { findingsOf } from "./invariants.ts";
import { isRefusal, type JournalRow, journalModel, type Refusal, refusalAccount } from "./journal.model.ts";
import { createKeyedQueue, type Pending } from "./keyed-queue.ts";

export type Decision = { accept: EntryBody } | { refuse: { code: ErrorCode; detail: string }; at: Date };

export interface PostingRequest extends Omit<EntryIdentity, "_id"> {
  /**
   * Yes or no, behind `head`. Called again when another writer was faster. A decision that reads the journal sets
   * `readsJournal`: it then stands alone in its insert, and what it read is guarded by the chain.
   */
  decide(head: ChainHead): Decision | Promise<Decision>;
  readsJournal?: boolean;
}

export interface Outcome {
  entry: LedgerEntry;
  /** The reference had this outcome before; nothing was written now. */
  repeated: boolean;
}

export interface Ledger {
  /**
   * Appends one entry to the household's chain, or answers what its reference has had before. Rejects with ApiError: the
   * refusal, `idempotency-key-reused`, `ledger-broken` when an invariant would not hold (nothing is written), or the store's
   * error, after which the same request can be sent again.
   */
  post(request: PostingRequest): Promise<Outcome>;
  head(household: { siteId: string; householdId: string }): Promise<ChainHead>;
  /** Resolves once nothing is being written. */
  idle(): Promise<void>;
}

/** Neighbours on one account that share an insert; range 1–1000. Beyond 256 the gain is lost in the size of a request. */
const LARGEST_BATCH = 256;
/** Another process can win every time only in theory; range 10–1000. */
const MOST_ATTEMPTS = 200;

type Waiting = Pending<PostingRequest, Outcome>;

const ledgers = new WeakMap<Connection, Ledger>();

/** The one ledger of this process on this connection: its queues only help when every posting goes through them. */
export function ledgerOf(connection: Connection): Ledger {
  const known = ledgers.get(connection);
  if (known) return known;
  const ledger = openLedger(connection);
  ledgers.set(connection, ledger);
  return ledger;
}

function openLedger(connection: Connection): Ledger {
  const queue = createKeyedQueue<PostingRequest, Outcome>(
    (_account, batch) => postBatch(connection, batch),
    LARGEST_BATCH,
  );
  return {
    post: (request) => queue.add(householdAccount(request.householdId), request),
    head: (household) => readHead(connection, household),
    idle: () => queue.idle(),
  };
}

async function postBatch(connection: Connection, batch: readonly Waiting[]): Promise<void> {
  let rest = [...batch];
  const written = new Set<string>();
  for (let attempt = 0; rest.length > 0; attempt += 1) {
    if (attempt >= MOST_ATTEMPTS + batch.length)
      throw new ApiError("store-unavailable", "Other writers were always faster; try again");
    rest = await settleKnown(connection, rest, written);
    const turn = nextTurn(rest);
    const first = turn[0];
    if (first === undefined) continue;
    // Read before anything is decided: what another process appends afterwards makes the insert below collide.
    const head = await readHead(connection, first.item);
    const { rows, failed } = await decideTurn(turn, head);
    rest = rest.filter((pending) => !failed.has(pending));
    for (const row of rows) written.add(row._id);
    // After a collision, what stands in the journal is the outcome; the next round settles it.
    if (!(await insertRows(connection, rows))) continue;
    const last = rows.findLast((row) => !isRefusal(row));
    if (last && !isRefusal(last)) await rememberBalance(connection, first.item, headAfter(last));
    rest = settleFrom(rows, rest, written);
  }
}

/** Settles every request whose reference has an outcome, and returns the others. */
async function settleKnown(
  connection: Connection,
  waiting: readonly Waiting[],
  written: ReadonlySet<string>,
): Promise<Waiting[]> {
  const rows = await journalModel(connection)
    .find({ ref: { $in: waiting.map(({ item }) => item.ref) } })
    .lean<JournalRow[]>();
  return settleFrom(rows, waiting, written);
}

function settleFrom(
  rows: readonly JournalRow[],
  waiting: readonly Waiting[],
  written: ReadonlySet<string>,
): Waiting[] {
  const byRef = new Map(rows.map((row) => [`${row.refSpace} ${row.ref}`, row]));
  const repeatedRefs = new Set<string>();
  return waiting.filter((pending) => {
    const ref = `${pending.item.refSpace} ${pending.item.ref}`;
    const row = byRef.get(ref);
    if (row) settle(pending, row, repeatedRefs.has(ref) || !written.has(row._id));
    repeatedRefs.add(ref);
    return row === undefined;
  });
}

function settle({ item, settle: succeed, fail }: Waiting, row: JournalRow, repeated: boolean): void {
  if (row.requestHash !== item.requestHash || row.siteId !== item.siteId)
    fail(new ApiError("idempotency-key-reused"));
  else if (isRefusal(row)) fail(new ApiError(row.refusal.code, row.refusal.detail));
  else succeed({ entry: row, repeated });
}

/** Those that can go into one insert: each reference once, and a decision that reads the journal by itself. */
function nextTurn(waiting: readonly Waiting[]): Waiting[] {
  const turn: Waiting[] = [];
  const refs = new Set<string>();
  for (const pending of waiting) {
    if (pending.item.readsJournal && turn.length > 0) break;
    const ref = `${pending.item.refSpace} ${pending.item.ref}`;
    if (!refs.has(ref)) turn.push(pending);
    refs.add(ref);
    if (pending.item.readsJournal) break;
  }
  return turn;
}

/** What each request of the turn becomes, one behind the other. One that cannot be decided fails alone. */
async function decideTurn(
  turn: readonly Waiting[],
  start: ChainHead,
): Promise<{ rows: JournalRow[]; failed: Set<Waiting> }> {
  let head = start;
  const rows: JournalRow[] = [];
  const failed = new Set<Waiting>();
  for (const pending of turn) {
    try {
      const row = await decideOne(pending.item, head);
      rows.push(row);
      if (!isRefusal(row)) head = headAfter(row);
    } catch (error) {
      pending.fail(error);
      failed.add(pending);
    }
  }
  return { rows, failed };
}

async function decideOne(request: PostingRequest, head: ChainHead): Promise<JournalRow> {
  const { decide, readsJournal: _, ...asked } = request;
  const identity = { ...asked, _id: newId() };
  const decision = await decide(head);
  if ("refuse" in decision) return refusalOf(identity, decision);
  const entry = chainEntry(identity, decision.accept, head);
  const [finding] = findingsOf(entry, head);
  if (finding)
    throw new ApiError(
      "ledger-broken",
      `${entry.kind} for ${entry.account}: ${finding.code} (${finding.detail})`,
    );
  return entry;
}

function refusalOf(identity: EntryIdentity, { refuse, at }: Extract<Decision, { refuse: unknown }>): Refusal {
  return { ...identity, account: refusalAccount(identity), seq: 0, kind: "refusal", at, refusal: refuse };
}

/** False when a unique index stopped it, with the rows before the collision written. */
async function insertRows(connection: Connection, rows: readonly JournalRow[]): Promise<boolean> {
  try {
    await journalModel(connection).insertMany(rows, { ordered: true, lean: true });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
