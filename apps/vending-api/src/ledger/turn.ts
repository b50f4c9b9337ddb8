import type { Pending } from "../chain/keyed-queue.ts";
import { newId } from "../db/model.ts";
import { ApiError, type ErrorCode } from "../errors.ts";
import {
  type ChainHead,
  chainEntry,
  type EntryBody,
  type EntryIdentity,
  headAfter,
  type LedgerEntry,
} from "./entry.ts";
import { findingsOf } from "./invariants.ts";
import { isRefusal, type JournalRow, type Refusal, refusalAccount } from "./journal.model.ts";

export type Decision = { accept: EntryBody } | { refuse: { code: ErrorCode; detail: string }; at: Date };

export interface PostingRequest extends Omit<EntryIdentity, "_id"> {
  /**
   * Yes or no, behind `head`. Changes nothing by itself: it is called again when another writer was faster, and in vain when the
   * reference has had its outcome. A decision that reads the journal sets
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

export type Waiting = Pending<PostingRequest, Outcome>;

/** A decision that was begun ahead of its turn. */
interface Early {
  request: PostingRequest;
  decision: Promise<Decision>;
}

/** What the requests of one insert became, one behind the other. */
export interface Turn {
  rows: JournalRow[];
  /** Could not be decided, and were told so. */
  failed: ReadonlySet<Waiting>;
}

/** Settles every request whose reference is among `rows`, and returns the others. */
export function settleFrom(
  rows: readonly JournalRow[],
  waiting: readonly Waiting[],
  written: ReadonlySet<string>,
): Waiting[] {
  const byRef = new Map(rows.map((row) => [refOf(row), row]));
  const repeatedRefs = new Set<string>();
  return waiting.filter((pending) => {
    const ref = refOf(pending.item);
    const row = byRef.get(ref);
    if (row) settle(pending, row, repeatedRefs.has(ref) || !written.has(row._id));
    repeatedRefs.add(ref);
    return row === undefined;
  });
}

function refOf({ refSpace, ref }: Pick<EntryIdentity, "refSpace" | "ref">): string {
  return `${refSpace} ${ref}`;
}

function settle({ item, settle: succeed, fail }: Waiting, row: JournalRow, repeated: boolean): void {
  if (row.requestHash !== item.requestHash || row.siteId !== item.siteId)
    fail(new ApiError("idempotency-key-reused"));
  else if (isRefusal(row)) fail(new ApiError(row.refusal.code, row.refusal.detail));
  else succeed({ entry: row, repeated });
}

/** Those that can go into one insert: each reference once, and a decision that reads the journal by itself. */
export function nextTurn(waiting: readonly Waiting[]): Waiting[] {
  const turn: Waiting[] = [];
  const refs = new Set<string>();
  for (const pending of waiting) {
    if (pending.item.readsJournal && turn.length > 0) break;
    const ref = refOf(pending.item);
    if (!refs.has(ref)) turn.push(pending);
    refs.add(ref);
    if (pending.item.readsJournal) break;
  }
  return turn;
}

/**
 * Decides a request that stands alone while its reference is still looked up: the store answers both at once. Its decision is
 * dropped where the reference turns out to have an outcome.
 */
export function decideEarly([first, ...others]: readonly Waiting[], head: ChainHead): Early | undefined {
  if (first === undefined || others.length > 0 || first.item.readsJournal) return undefined;
  const decision = (async () => first.item.decide(head))();
  // Whoever needs it meets its error in its turn.
  decision.catch(() => {});
  return { request: first.item, decision };
}

/** What each request of the turn becomes, one behind the other. One that cannot be decided fails alone. */
export async function decideTurn(turn: readonly Waiting[], start: ChainHead, early?: Early): Promise<Turn> {
  let head = start;
  const rows: JournalRow[] = [];
  const failed = new Set<Waiting>();
  for (const pending of turn) {
    try {
      const row = await decideOne(pending.item, head, early);
      rows.push(row);
      if (!isRefusal(row)) head = headAfter(row);
    } catch (error) {
      pending.fail(error);
      failed.add(pending);
    }
  }
  return { rows, failed };
}

async function decideOne(request: PostingRequest, head: ChainHead, early?: Early): Promise<JournalRow> {
  const { siteId, householdId, refSpace, ref, requestHash } = request;
  const identity = { _id: newId(), siteId, householdId, refSpace, ref, requestHash };
  const decision = await (early?.request === request ? early.decision : request.decide(head));
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
