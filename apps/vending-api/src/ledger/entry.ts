import { createHash } from "node:crypto";
import { canonicalJson } from "../http/request-hash.ts";
import { ENTRY_KINDS, type EntryKind, PAYMENT_METHODS, type PaymentMethod } from "./entry-kinds.ts";

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A currency code (amounts in its minor unit) or "Wh" (free energy). */
export type Commodity = string;

/** One leg. Credit is positive: a purchase adds to the household and takes from the till, which thereby owes it. */
export interface Posting {
  account: string;
  commodity: Commodity;
  amount: number;
}

export interface EntryAuthor {
  id: string;
  name: string;
}

/** What an entry says, before it has a place in a chain. */
export interface EntryBody {
  kind: EntryKind;
  at: Date;
  by: EntryAuthor;
  note: string;
  postings: readonly Posting[];
  details: { readonly [key: string]: JsonValue };
}

/** `request`: a client's Idempotency-Key. `rating`: made from circuit and day. Neither can stand in the other's way. */
export type RefSpace = "request" | "rating";

export interface EntryIdentity {
  _id: string;
  siteId: string;
  householdId: string;
  refSpace: RefSpace;
  ref: string;
  requestHash: string;
}

/** One entry is one immutable document. */
export interface LedgerEntry extends EntryIdentity, EntryBody {
  account: string;
  seq: number;
  /** The household's balance per commodity after this entry. */
  balanceAfter: Record<Commodity, number>;
  previousHash: string;
  hash: string;
}

/** The end of a household's chain. */
export interface ChainHead {
  seq: number;
  hash: string;
  balance: Record<Commodity, number>;
}

/** What the first entry of a chain calls its predecessor. */
export const GENESIS_HASH = "0".repeat(64);
export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: GENESIS_HASH, balance: {} };

export function householdAccount(householdId: string): string {
  return `household:${householdId}`;
}

function systemAccount(name: string, siteId: string): string {
  return `${name}:${siteId}`;
}

interface Movement {
  siteId: string;
  householdId: string;
  commodity: Commodity;
  /** The household's leg; its sign must suit the kind. */
  amount: number;
}

/** Both legs of a simple entry: the household's, and the system account's that the kind or the method of payment names. */
export function balancedPostings(kind: EntryKind, movement: Movement, method?: PaymentMethod): Posting[] {
  const counter = method ? PAYMENT_METHODS[method].account : ENTRY_KINDS[kind].counter;
  const { siteId, householdId, commodity, amount } = movement;
  return [
    { account: householdAccount(householdId), commodity, amount },
    { account: systemAccount(counter, siteId), commodity, amount: amount === 0 ? 0 : -amount },
  ];
}

/** The same legs the other way round, for a void. */
export function reversedPostings(postings: readonly Posting[]): Posting[] {
  return postings.map((posting) => ({ ...posting, amount: posting.amount === 0 ? 0 : -posting.amount }));
}

/** What the postings do to one account, per commodity. */
export function effectOn(account: string, postings: readonly Posting[]): Record<Commodity, number> {
  const effect: Record<Commodity, number> = {};
  for (const posting of postings)
    if (posting.account === account)
      effect[posting.commodity] = (effect[posting.commodity] ?? 0) + posting.amount;
  return effect;
}

export function addBalances(
  balance: Readonly<Record<Commodity, number>>,
  effect: Readonly<Record<Commodity, number>>,
): Record<Commodity, number> {
  const sum: Record<Commodity, number> = { ...balance };
  for (const [commodity, amount] of Object.entries(effect)) sum[commodity] = (sum[commodity] ?? 0) + amount;
  return sum;
}

/** sha256 over the canonical JSON of everything but the hash itself. */
export function hashEntry(entry: Omit<LedgerEntry, "hash">): string {
  const content = canonicalJson({
    id: entry._id,
    siteId: entry.siteId,
    householdId: entry.householdId,
    account: entry.account,
    seq: entry.seq,
    kind: entry.kind,
    at: entry.at.toISOString(),
    refSpace: entry.refSpace,
    ref: entry.ref,
    requestHash: entry.requestHash,
    by: { id: entry.by.id, name: entry.by.name },
    note: entry.note,
    postings: entry.postings.map(({ account, commodity, amount }) => ({ account, commodity, amount })),
    details: entry.details,
    balanceAfter: entry.balanceAfter,
    previousHash: entry.previousHash,
  });
  return createHash("sha256").update(content, "utf8").digest("hex");
}

/** Puts an entry behind `head`. Pure: the same arguments give the same entry and hash. */
export function chainEntry(identity: EntryIdentity, body: EntryBody, head: ChainHead): LedgerEntry {
  const account = householdAccount(identity.householdId);
  const unhashed: Omit<LedgerEntry, "hash"> = {
    ...identity,
    ...body,
    account,
    seq: head.seq + 1,
    balanceAfter: addBalances(head.balance, effectOn(account, body.postings)),
    previousHash: head.hash,
  };
  return { ...unhashed, hash: hashEntry(unhashed) };
}

export function headAfter(entry: LedgerEntry): ChainHead {
  return { seq: entry.seq, hash: entry.hash, balance: entry.balanceAfter };
}
