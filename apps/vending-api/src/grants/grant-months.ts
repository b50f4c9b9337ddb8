import { type ChainHead, householdAccount, type LedgerEntry } from "../ledger/entry.ts";
import type { LotTake } from "../ledger/lots.ts";
import { dueDay, monthAfter, monthAt } from "./grant-dates.ts";
import { movedBy, runIdOf } from "./grant-entries.ts";
import type { GrantPolicy } from "./grant-policy.ts";

/** Looked back; the month itself and the next that is due come on top. */
const MONTHS_BACK = 12;
/** Looked ahead for it: a policy that grants once a year is due within it. */
const MONTHS_AHEAD = 12;

/** What became of everything that one month's run granted, in minor units or Wh. */
export interface MonthSums {
  households: number;
  given: number;
  used: number;
  expired: number;
  takenBack: number;
  left: number;
}

/** Months to show of a policy, newest first: a year back, as far as it is valid, this one, and the next that is due. */
export function monthsToShow(policy: GrantPolicy, timeZone: string, nowMs: number): string[] {
  const present = monthAt(nowMs, timeZone);
  const ahead = Array.from({ length: MONTHS_AHEAD }, (_, month) => monthAfter(present, month + 1));
  const next = ahead.find((month) => dueDay(policy, month) !== undefined);
  const back = Array.from({ length: MONTHS_BACK + 1 }, (_, month) => monthAfter(present, -month));
  const first = policy.validFrom.slice(0, 7);
  return [...(next === undefined ? [] : [next]), ...back.filter((month) => month >= first)];
}

/** What of a month's grants has gone which way; `used` is the rest. From the journal, as all that counts. */
export function sumMonths(
  { _id: policyId }: Pick<GrantPolicy, "_id">,
  months: readonly string[],
  books: {
    /** Entries of grants, their expiries and reversals; others count for nothing. */
    entries: readonly LedgerEntry[];
    /** Of the households' accounts. */
    heads: ReadonlyMap<string, ChainHead>;
  },
): Map<string, MonthSums> {
  const sums = new Map(months.map((month) => [runIdOf(policyId, month), emptySums()]));
  const sumsOf = (grantId: string) => sums.get(grantId.slice(0, grantId.lastIndexOf(".")));
  for (const entry of books.entries) {
    if (entry.kind === "grant") {
      const month = sumsOf(entry.ref);
      if (!month) continue;
      month.households += 1;
      month.given += movedBy(entry).amount;
    } else if (entry.kind === "grant-expiry" || entry.kind === "grant-reversal") {
      const way = entry.kind === "grant-expiry" ? "expired" : "takenBack";
      for (const { grantId, amount } of takenBy(entry)) {
        const month = sumsOf(grantId);
        if (month) month[way] += amount;
      }
    }
  }
  for (const { state } of books.heads.values())
    for (const { grantId, remaining } of state.lots) {
      const month = sumsOf(grantId);
      if (month) month.left += remaining;
    }
  for (const month of sums.values()) month.used = month.given - month.expired - month.takenBack - month.left;
  return new Map(months.map((month) => [month, sums.get(runIdOf(policyId, month)) ?? emptySums()]));
}

export function accountsGranted(entries: readonly LedgerEntry[]): string[] {
  const granted = entries.filter(({ kind }) => kind === "grant");
  return [...new Set(granted.map(({ householdId }) => householdAccount(householdId)))];
}

function takenBy({ details }: LedgerEntry): readonly LotTake[] {
  return Array.isArray(details.taken) ? (details.taken as readonly LotTake[]) : [];
}

function emptySums(): MonthSums {
  return { households: 0, given: 0, used: 0, expired: 0, takenBack: 0, left: 0 };
}
