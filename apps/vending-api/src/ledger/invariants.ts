import { isSameJson } from "../http/request-hash.ts";
import { EMPTY_STATE, lotTakesSchema, stateAfter } from "./account-state.ts";
import {
  addBalances,
  type ChainHead,
  type Commodity,
  effectOn,
  hashEntry,
  householdAccount,
  type LedgerEntry,
  purchasedCredit,
} from "./entry.ts";
import { ENTRY_KINDS, FREE_ENERGY } from "./entry-kinds.ts";
import { sumTaken } from "./lots.ts";
import { ratedUseSchema, settleUse, usagePostings } from "./settle-use.ts";

/** What can be wrong with a ledger. `verifyLedger` reports them; posting refuses to write an entry that shows one. */
export const LEDGER_FINDINGS = {
  "postings-unbalanced": "the postings do not sum to zero",
  "amount-not-integer": "an amount is not a safe integer",
  "wrong-sign": "the household's leg has a sign that its kind forbids",
  "foreign-account": "the chain's account is not the household's, or a leg is on another household's",
  "grants-moved": "the kind does not move grants",
  "exceeds-purchased": "a refund or transfer of more than the purchased credit that is left",
  "opening-late": "an opening balance behind other entries",
  "closing-unsettled": "a closing entry that leaves a balance",
  "chain-gap": "the sequence number does not follow the one before",
  "chain-broken": "the previous hash is not the hash of the entry before",
  "hash-wrong": "the content does not give the hash",
  "balance-wrong": "the balance is not the fold of the entries",
  "ref-doubled": "one reference has two outcomes",
  "void-unfounded": "a void without its purchase, of another amount, or a second one",
  "grant-doubled": "one grant was given to the household twice",
  "grant-unfounded":
    "an expiry or reversal that takes from another grant than it names, from none that the household had, or more than that gave",
  "transfer-unpaired": "a transfer whose two entries do not belong together",
  "guard-missing": "a unique index of the journal is missing",
  malformed: "the row is no entry at all",
  "balance-row-wrong":
    "the row that pages and totals show is not the fold of its chain; `hallmeter rebuild` mends it",
  "checkpoint-missing": "the chain, or its end, that the checkpoint signed is gone",
  "checkpoint-rewritten": "the entry that the checkpoint signed is another one now",
  "usage-wrong": "a usage entry does not follow from its energy and what stood before it",
  "state-wrong": "grants, remainders or block counts do not follow from the entry before",
} as const satisfies Record<string, string>;
export type LedgerFindingCode = keyof typeof LEDGER_FINDINGS;

export interface LedgerFinding {
  account: string;
  seq: number;
  code: LedgerFindingCode;
  detail: string;
}

function sumsPerCommodity(entry: LedgerEntry): Record<Commodity, number> {
  const sums: Record<Commodity, number> = {};
  for (const { commodity, amount } of entry.postings) sums[commodity] = (sums[commodity] ?? 0) + amount;
  return sums;
}

function sameBalances(a: Record<Commodity, number>, b: Record<Commodity, number>): boolean {
  const commodities = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...commodities].every((commodity) => (a[commodity] ?? 0) === (b[commodity] ?? 0));
}

/** The settlement in the details is what the use in the details costs behind the head, and the legs are what it says. */
function usageFollows(entry: LedgerEntry, head: ChainHead): boolean {
  const use = ratedUseSchema.safeParse(entry.details);
  if (!use.success) return false;
  const settlement = settleUse(use.data, head.state);
  return (
    Object.entries(settlement).every(([key, value]) => isSameJson(entry.details[key], value)) &&
    isSameJson(entry.postings, usagePostings(entry, use.data, settlement)) &&
    BigInt(settlement.carryInNano) + BigInt(settlement.netNano) + BigInt(settlement.taxNano) ===
      BigInt(settlement.amountMinor) * BigInt(use.data.nanoPerMinor) + BigInt(settlement.carryOutNano)
  );
}

function stateFollows(entry: LedgerEntry, effect: Record<Commodity, number>, head: ChainHead): boolean {
  const state = stateAfter(head.state, entry, effect, entry.balanceAfter);
  return state !== undefined && isSameJson(state, entry.state ?? EMPTY_STATE);
}

/** What the kind allows, given what stood before it. */
function kindFindings(
  { kind, details, balanceAfter }: LedgerEntry,
  head: ChainHead,
  effect: Record<Commodity, number>,
): [LedgerFindingCode, string][] {
  const { household: sign, grants, takes } = ENTRY_KINDS[kind];
  const found: [LedgerFindingCode, string][] = [];
  for (const [commodity, amount] of Object.entries(effect)) {
    const show = `${kind}: ${amount} ${commodity}`;
    if ((sign === "plus" && amount < 0) || (sign === "minus" && amount > 0)) found.push(["wrong-sign", show]);
    if (commodity === FREE_ENERGY && !grants) found.push(["grants-moved", show]);
    const named = takes === "purchased-and-named" ? namedGrants(details, commodity) : 0;
    if (takes !== "any" && -amount - named > purchasedCredit(head, commodity))
      found.push(["exceeds-purchased", show]);
  }
  if (!grants && (details.lots !== undefined || details.taken !== undefined))
    found.push(["grants-moved", `${kind} names grants`]);
  if (kind === "opening" && head.seq > 0) found.push(["opening-late", `after ${head.seq}`]);
  if (kind === "closing" && Object.values(balanceAfter).some((amount) => amount !== 0))
    found.push(["closing-unsettled", JSON.stringify(balanceAfter)]);
  return found;
}

function namedGrants({ taken }: LedgerEntry["details"], commodity: Commodity): number {
  const takes = lotTakesSchema.safeParse(taken);
  return sumTaken((takes.data ?? []).filter((take) => take.commodity === commodity));
}

/** Everything that must hold of one entry behind the head it claims to follow. An empty list is the only good answer. */
export function findingsOf(entry: LedgerEntry, head: ChainHead): LedgerFinding[] {
  const found: LedgerFinding[] = [];
  const report = (code: LedgerFindingCode, detail: string) =>
    found.push({ account: entry.account, seq: entry.seq, code, detail });

  const amounts = [...entry.postings.map((posting) => posting.amount), ...Object.values(entry.balanceAfter)];
  const wrongAmount = amounts.find((amount) => !Number.isSafeInteger(amount));
  if (wrongAmount !== undefined) report("amount-not-integer", String(wrongAmount));
  for (const [commodity, sum] of Object.entries(sumsPerCommodity(entry)))
    if (sum !== 0) report("postings-unbalanced", `${commodity}: ${sum}`);

  const foreignLeg = entry.postings.find(
    ({ account }) => account.startsWith("household:") && account !== entry.account,
  );
  if (entry.account !== householdAccount(entry.householdId)) report("foreign-account", entry.householdId);
  if (foreignLeg) report("foreign-account", foreignLeg.account);
  const effect = effectOn(entry.account, entry.postings);
  for (const [code, detail] of kindFindings(entry, head, effect)) report(code, detail);

  if (entry.seq !== head.seq + 1) report("chain-gap", `after ${head.seq}`);
  if (entry.previousHash !== head.hash) report("chain-broken", `expected ${head.hash}`);
  if (!sameBalances(entry.balanceAfter, addBalances(head.balance, effect)))
    report("balance-wrong", JSON.stringify(entry.balanceAfter));
  if (entry.kind === "usage" && !usageFollows(entry, head))
    report("usage-wrong", JSON.stringify(entry.details));
  if (!stateFollows(entry, effect, head)) report("state-wrong", JSON.stringify(entry.state ?? EMPTY_STATE));
  if (wrongAmount === undefined && entry.hash !== hashEntry(entry)) report("hash-wrong", entry.hash);
  return found;
}
