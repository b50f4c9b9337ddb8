import { hash } from "node:crypto";
import { GENESIS_HASH } from "../chain/genesis.ts";
import { canonicalJson } from "../http/request-hash.ts";
import { type AccountState, EMPTY_STATE, isEmptyState, stateAfter } from "./account-state.ts";
import { ENTRY_KINDS, type EntryKind, PAYMENT_METHODS, type PaymentMethod } from "./entry-kinds.ts";
import { grantedLeft } from "./lots.ts";

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

/**
 * `request`: a client's Idempotency-Key. `rating`: made from circuit and day. `transfer`: the entry at the other end.
 * `adjustment`: the adjustment. `refund`: a household of a refund. `grant`: made from policy, month and household. `payment`:
 * made from a provider's own id of a payment. `import`: made from the reference of a sale made elsewhere. None can stand in
 * another's way.
 */
export type RefSpace =
  | "request"
  | "rating"
  | "transfer"
  | "adjustment"
  | "refund"
  | "grant"
  | "payment"
  | "import";

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
  /** What the household's next entry goes on from; left out where there is nothing to remember. */
  state?: AccountState;
  previousHash: string;
  hash: string;
}

/** The end of a household's chain. */
export interface ChainHead {
  seq: number;
  hash: string;
  balance: Record<Commodity, number>;
  state: AccountState;
}

export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: GENESIS_HASH, balance: {}, state: EMPTY_STATE };

export function householdAccount(householdId: string): string {
  return `household:${householdId}`;
}

export function systemAccount(name: string, siteId: string): string {
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

/** What a refund or a transfer may take at most. */
export function purchasedCredit(
  { balance, state }: Pick<ChainHead, "balance" | "state">,
  commodity: Commodity,
): number {
  return Math.max(0, (balance[commodity] ?? 0) - grantedLeft(state.lots, commodity));
}

/** What could be paid back now: whole minor units of purchased credit, less the use that no entry has charged yet. */
export function refundableMinor(head: Pick<ChainHead, "balance" | "state">, currency: Commodity): number {
  return Math.max(0, purchasedCredit(head, currency) - (head.state.carryNano > 0 ? 1 : 0));
}

/** sha256 over the canonical JSON of everything but the hash itself. */
export function hashEntry(entry: Omit<LedgerEntry, "hash">): string {
  return hash("sha256", contentOf(entry), "hex");
}

/** The keys stand in code-unit order already: sorting them anew for every entry takes half the time of a verification. */
function contentOf(entry: Omit<LedgerEntry, "hash">): string {
  const postings = entry.postings.map(
    ({ account, commodity, amount }) =>
      `{"account":${quoted(account)},"amount":${canonicalJson(amount)},"commodity":${quoted(commodity)}}`,
  );
  const state = entry.state === undefined ? "" : `,"state":${canonicalJson(entry.state)}`;
  return (
    `{"account":${quoted(entry.account)},"at":"${entry.at.toISOString()}",` +
    `"balanceAfter":${canonicalJson(entry.balanceAfter)},` +
    `"by":{"id":${quoted(entry.by.id)},"name":${quoted(entry.by.name)}},` +
    `"details":${canonicalJson(entry.details)},` +
    `"householdId":${quoted(entry.householdId)},"id":${quoted(entry._id)},"kind":${quoted(entry.kind)},` +
    `"note":${quoted(entry.note)},"postings":[${postings.join(",")}],` +
    `"previousHash":${quoted(entry.previousHash)},"ref":${quoted(entry.ref)},` +
    `"refSpace":${quoted(entry.refSpace)},"requestHash":${quoted(entry.requestHash)},` +
    `"seq":${canonicalJson(entry.seq)},"siteId":${quoted(entry.siteId)}${state}}`
  );
}

const quoted = (text: string): string => JSON.stringify(text) ?? "null";

/**
 * Puts an entry behind `head`. Pure: the same arguments give the same entry and hash. A body from which no state follows keeps
 * the head's, and `findingsOf` says so.
 */
export function chainEntry(identity: EntryIdentity, body: EntryBody, head: ChainHead): LedgerEntry {
  const { _id, siteId, householdId, refSpace, ref, requestHash } = identity;
  const { kind, at, by, note, postings, details } = body;
  const account = householdAccount(householdId);
  const effect = effectOn(account, postings);
  const balanceAfter = addBalances(head.balance, effect);
  const state = stateAfter(head.state, body, effect, balanceAfter) ?? head.state;
  // One literal: an object that is spread together costs more than its hash. `_id` stands first, where stores keep it.
  const entry: LedgerEntry = {
    _id,
    siteId,
    householdId,
    refSpace,
    ref,
    requestHash,
    kind,
    at,
    by,
    note,
    postings,
    details,
    account,
    seq: head.seq + 1,
    balanceAfter,
    previousHash: head.hash,
    hash: "",
  };
  if (!isEmptyState(state)) entry.state = state;
  entry.hash = hashEntry(entry);
  return entry;
}

export function headAfter(entry: LedgerEntry): ChainHead {
  const { seq, hash, balanceAfter: balance, state = EMPTY_STATE } = entry;
  return { seq, hash, balance, state };
}
