import {
  addBalances,
  type ChainHead,
  type Commodity,
  effectOn,
  hashEntry,
  householdAccount,
  type LedgerEntry,
} from "./entry.ts";
import { ENTRY_KINDS } from "./entry-kinds.ts";

/** What can be wrong with a ledger. `verifyLedger` reports them; posting refuses to write an entry that shows one. */
export const LEDGER_FINDINGS = {
  "postings-unbalanced": "the postings do not sum to zero",
  "amount-not-integer": "an amount is not a safe integer",
  "wrong-sign": "the household's leg has a sign that its kind forbids",
  "foreign-account": "the chain's account is not the household's",
  "chain-gap": "the sequence number does not follow the one before",
  "chain-broken": "the previous hash is not the hash of the entry before",
  "hash-wrong": "the content does not give the hash",
  "balance-wrong": "the balance is not the fold of the entries",
  "ref-doubled": "one reference has two outcomes",
  "void-unfounded": "a void without its purchase, of another amount, or a second one",
  "usage-wrong": "the amount of a usage entry does not follow from its energy cost and carried remainder",
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

/** Integer arithmetic of a usage entry: carried in + cost = amount × nano per minor unit + carried out. */
function usageAddsUp(entry: LedgerEntry): boolean {
  const { costNano, carryInNano, carryOutNano, nanoPerMinor } = entry.details;
  const amounts = [costNano, carryInNano, carryOutNano, nanoPerMinor];
  if (!amounts.every((amount) => Number.isSafeInteger(amount))) return false;
  const [cost, carryIn, carryOut, perMinor] = amounts as [number, number, number, number];
  const leg = entry.postings.find((posting) => posting.account === entry.account);
  return (
    leg !== undefined &&
    carryOut >= 0 &&
    carryOut < perMinor &&
    BigInt(carryIn) + BigInt(cost) === BigInt(-leg.amount) * BigInt(perMinor) + BigInt(carryOut)
  );
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

  if (entry.account !== householdAccount(entry.householdId)) report("foreign-account", entry.householdId);
  const effect = effectOn(entry.account, entry.postings);
  const sign = ENTRY_KINDS[entry.kind].household;
  for (const amount of Object.values(effect))
    if ((sign === "plus" && amount < 0) || (sign === "minus" && amount > 0))
      report("wrong-sign", `${entry.kind}: ${amount}`);

  if (entry.seq !== head.seq + 1) report("chain-gap", `after ${head.seq}`);
  if (entry.previousHash !== head.hash) report("chain-broken", `expected ${head.hash}`);
  if (!sameBalances(entry.balanceAfter, addBalances(head.balance, effect)))
    report("balance-wrong", JSON.stringify(entry.balanceAfter));
  if (entry.kind === "usage" && !usageAddsUp(entry)) report("usage-wrong", JSON.stringify(entry.details));
  if (wrongAmount === undefined && entry.hash !== hashEntry(entry)) report("hash-wrong", entry.hash);
  return found;
}
