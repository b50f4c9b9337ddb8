import { createHash } from "node:crypto";
import { GENESIS_HASH } from "../chain/genesis.ts";
import type { SystemTotals } from "./balance.model.ts";
import { type ChainHead, EMPTY_CHAIN, headAfter, type LedgerEntry, type Posting } from "./entry.ts";
import { ENTRY_KINDS } from "./entry-kinds.ts";
import { addTotals, foldRun } from "./fold-balances.ts";
import { createGrantTrail } from "./grant-trail.ts";
import { findingsOf, type LedgerFinding, type LedgerFindingCode } from "./invariants.ts";
import { isRefusal, type JournalRow } from "./journal.model.ts";

/** One chain, read to its end. */
export interface FoldedChain {
  account: string;
  siteId: string;
  householdId: string;
  head: ChainHead;
  headId: string;
  totals: SystemTotals;
}

/** What one site's chains came to. `headHash` is over their ends in the order of their accounts. */
export interface SiteFold {
  siteId: string;
  accounts: number;
  entries: number;
  headHash: string;
}

export type Report = (finding: LedgerFinding) => void;

/**
 * Checks a journal that is fed in the order of site, account and seq. Keeps what one chain needs, the transfers whose other
 * end has not come yet, and one line per site: memory does not grow with the journal.
 */
export function createChainFold(report: Report) {
  const sites: SiteFold[] = [];
  let heads = createHash("sha256");
  let site: SiteFold | undefined;
  let chain: OpenChain | undefined;
  const transfers = createTransferPairs(report);
  const counts = { entries: 0, refusals: 0, accounts: 0 };

  function endChain(): FoldedChain | undefined {
    if (!chain) return undefined;
    const { purchases: _, voided: __, grants: ___, ...ended } = chain;
    heads.update(`${ended.account} ${ended.head.seq} ${ended.head.hash}\n`);
    chain = undefined;
    return ended;
  }

  function endSite(): void {
    if (site) sites.push({ ...site, headHash: site.entries === 0 ? GENESIS_HASH : heads.digest("hex") });
    heads = createHash("sha256");
    site = undefined;
  }

  return {
    counts,
    /** Returns the chain that this row has ended, if it is the first of another one. */
    add(row: JournalRow): FoldedChain | undefined {
      if (isRefusal(row)) {
        counts.refusals += 1;
        return undefined;
      }
      const ended = row.account === chain?.account && row.siteId === chain.siteId ? undefined : endChain();
      if (site?.siteId !== row.siteId) {
        endSite();
        site = { siteId: row.siteId, accounts: 0, entries: 0, headHash: "" };
      }
      if (!chain) {
        chain = openChain(row);
        site.accounts += 1;
        counts.accounts += 1;
      }
      counts.entries += 1;
      site.entries += 1;
      if (isWellFormed(row)) follow(chain, row, report, transfers.add);
      else report(findingAt(row, "malformed", row._id));
      return ended;
    },
    /** After the last row: the last chain, and the sites. */
    end(): { last: FoldedChain | undefined; sites: SiteFold[] } {
      const last = endChain();
      endSite();
      transfers.end();
      return { last, sites };
    },
  };
}

interface OpenChain extends FoldedChain {
  purchases: Map<string, readonly Posting[]>;
  voided: Set<string>;
  grants: ReturnType<typeof createGrantTrail>;
}

function openChain({ account, siteId, householdId }: LedgerEntry): OpenChain {
  return {
    account,
    siteId,
    householdId,
    head: EMPTY_CHAIN,
    headId: "",
    totals: {},
    purchases: new Map(),
    voided: new Set(),
    grants: createGrantTrail(),
  };
}

function follow(
  chain: OpenChain,
  entry: LedgerEntry,
  report: Report,
  addTransfer: (entry: LedgerEntry) => void,
): void {
  for (const finding of findingsOf(entry, chain.head)) report(finding);
  if (entry.kind === "purchase") chain.purchases.set(entry._id, entry.postings);
  if (entry.kind === "void") checkVoid(chain, entry, report);
  if (entry.kind === "transfer") addTransfer(entry);
  const wrongGrant = chain.grants.follow(entry);
  if (wrongGrant) report(findingAt(entry, ...wrongGrant));
  const run = foldRun(entry, [entry], entry.previousHash);
  chain.totals = addTotals(chain.totals, run.totals);
  chain.head = headAfter(entry);
  chain.headId = entry._id;
}

function checkVoid({ purchases, voided }: OpenChain, entry: LedgerEntry, report: Report): void {
  const purchaseId = String(entry.details.purchaseId);
  const purchase = purchases.get(purchaseId);
  const reversed = purchase && sumsToNothing([...purchase, ...entry.postings]);
  if (!reversed || voided.has(purchaseId)) report(findingAt(entry, "void-unfounded", purchaseId));
  voided.add(purchaseId);
}

function sumsToNothing(postings: readonly Posting[]): boolean {
  const sums = new Map<string, number>();
  for (const { account, commodity, amount } of postings) {
    const key = `${account} ${commodity}`;
    sums.set(key, (sums.get(key) ?? 0) + amount);
  }
  return [...sums.values()].every((sum) => sum === 0);
}

/** The two entries of a transfer stand in two chains: each waits here for the other. */
function createTransferPairs(report: Report) {
  const waiting = new Map<string, LedgerEntry>();
  return {
    add(entry: LedgerEntry): void {
      const id = entry.details.transferId === undefined ? entry._id : String(entry.details.transferId);
      const other = waiting.get(id);
      if (!other) {
        waiting.set(id, entry);
        return;
      }
      waiting.delete(id);
      if (!isPair(entry, other)) report(findingAt(entry, "transfer-unpaired", id));
    },
    end(): void {
      for (const [id, entry] of waiting) report(findingAt(entry, "transfer-unpaired", id));
    },
  };
}

function isPair(a: LedgerEntry, b: LedgerEntry): boolean {
  const [out, arrival] = a.details.transferId === undefined ? [a, b] : [b, a];
  const system = [...a.postings, ...b.postings].filter(
    ({ account }) => account !== a.account && account !== b.account,
  );
  return (
    arrival.details.transferId === out._id &&
    out.details.toHouseholdId === arrival.householdId &&
    arrival.requestHash === out.hash &&
    sumsToNothing(system)
  );
}

export function findingAt(
  { account, seq }: Pick<LedgerEntry, "account" | "seq">,
  code: LedgerFindingCode,
  detail: string,
): LedgerFinding {
  return { account, seq, code, detail };
}

/** Enough of an entry that the invariants can be asked about it; what somebody changed by hand may be anything. */
function isWellFormed(row: LedgerEntry): boolean {
  const texts = [
    row._id,
    row.siteId,
    row.householdId,
    row.account,
    row.refSpace,
    row.ref,
    row.requestHash,
    row.note,
  ];
  return (
    texts.every((text) => typeof text === "string") &&
    Object.hasOwn(ENTRY_KINDS, row.kind) &&
    row.at instanceof Date &&
    isObject(row.by) &&
    isObject(row.details) &&
    isObject(row.balanceAfter) &&
    Array.isArray(row.postings) &&
    row.postings.every((leg: unknown) => isObject(leg) && "account" in leg && typeof leg.account === "string")
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
