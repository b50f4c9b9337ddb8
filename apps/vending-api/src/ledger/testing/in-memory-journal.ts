import type { BalanceFold } from "../balance-fold.ts";
import { createChainFold } from "../chain-fold.ts";
import { type ChainHead, EMPTY_CHAIN, headAfter, householdAccount, type LedgerEntry } from "../entry.ts";
import type { LedgerFinding } from "../invariants.ts";
import { isRefusal, type JournalRow } from "../journal.model.ts";
import type { Journal } from "../journal.ts";

export interface InMemoryJournal extends Journal {
  /** In the order of their chains. */
  rows(): JournalRow[];
  /** What is wrong with it as a whole. */
  findings(): LedgerFinding[];
}

/** A journal on plain values, with the unique indexes of the stored one; `pause` stands before each operation, where others may come in between. */
export function inMemoryJournal(pause: () => Promise<void> = async () => {}): InMemoryJournal {
  const byPlace = new Map<string, JournalRow>();
  const byRef = new Map<string, JournalRow>();
  const ends = new Map<string, LedgerEntry>();
  const headOf = (account: string): ChainHead => {
    const end = ends.get(account);
    return end === undefined ? EMPTY_CHAIN : headAfter(end);
  };
  const rows = () =>
    [...byPlace.values()].sort(
      (a, b) => compare(a.siteId, b.siteId) || compare(a.account, b.account) || a.seq - b.seq,
    );
  return {
    async find(asked) {
      await pause();
      return asked.flatMap(({ refSpace, ref }) => byRef.get(`${refSpace} ${ref}`) ?? []);
    },
    async head({ householdId }) {
      await pause();
      return headOf(householdAccount(householdId));
    },
    async heads(households) {
      await pause();
      const accounts = households.map(({ householdId }) => householdAccount(householdId));
      return new Map(accounts.map((account) => [account, headOf(account)]));
    },
    async insert(added) {
      await pause();
      for (const [written, row] of added.entries()) {
        const place = `${row.siteId} ${row.account} ${row.seq}`;
        const ref = `${row.refSpace} ${row.ref}`;
        if (byPlace.has(place) || byRef.has(ref)) return written;
        byPlace.set(place, row);
        byRef.set(ref, row);
        if (!isRefusal(row)) ends.set(row.account, row);
      }
      return added.length;
    },
    rows,
    findings() {
      const found: LedgerFinding[] = [];
      const fold = createChainFold((finding) => found.push(finding));
      for (const row of rows()) fold.add(row);
      fold.end();
      return found;
    },
  };
}

/** Nobody looks at balance rows. */
export const noBalanceRows: BalanceFold = {
  add: () => {},
  addUnknown: () => {},
  caughtUp: async () => {},
};

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
