import { type LedgerEntry, type Posting, systemAccount } from "../ledger/entry.ts";
import { PAYMENT_METHOD_NAMES, PAYMENT_METHODS, type PaymentMethod } from "../ledger/entry-kinds.ts";

/** An amount per method of payment, in minor units. */
export type Takings = Record<PaymentMethod, number>;

/** What was sold and taken back by one method. Amounts in minor units, never below zero. */
export interface MethodTotals {
  sales: number;
  salesMinor: number;
  voids: number;
  voidsMinor: number;
}
export type ShiftTotals = Record<PaymentMethod, MethodTotals>;

export interface CashMovement {
  kind: "cash-in" | "cash-out";
  amountMinor: number;
}

export function perMethod<Value>(make: (method: PaymentMethod) => Value): Record<PaymentMethod, Value> {
  return Object.fromEntries(PAYMENT_METHOD_NAMES.map((method) => [method, make(method)])) as Record<
    PaymentMethod,
    Value
  >;
}

/** What the entries of one shift come to. Throws RangeError for an entry that names no method: such a one is no till's. */
export function shiftTotals(
  entries: readonly Pick<LedgerEntry, "_id" | "kind" | "account" | "postings" | "details">[],
): ShiftTotals {
  const totals = perMethod(() => ({ sales: 0, salesMinor: 0, voids: 0, voidsMinor: 0 }));
  for (const entry of entries) {
    const method = PAYMENT_METHOD_NAMES.find((name) => name === entry.details.method);
    if (method === undefined) throw new RangeError(`entry ${entry._id} of a shift has no method of payment`);
    const amountMinor = sumOf(entry.postings, entry.account);
    if (entry.kind === "purchase") {
      totals[method].sales += 1;
      totals[method].salesMinor += amountMinor;
    } else {
      totals[method].voids += 1;
      totals[method].voidsMinor -= amountMinor;
    }
  }
  return totals;
}

/** What the till must hold or show: cash = float + sales − voids + cash in − cash out; the others sales − voids. */
export function expectedTakings(
  shift: { floatMinor: number; movements: readonly CashMovement[] },
  totals: ShiftTotals,
): Takings {
  const movedMinor = shift.movements.reduce(
    (sum, { kind, amountMinor }) => sum + (kind === "cash-in" ? amountMinor : -amountMinor),
    0,
  );
  return perMethod((method) => {
    const { salesMinor, voidsMinor } = totals[method];
    return salesMinor - voidsMinor + (method === "cash" ? shift.floatMinor + movedMinor : 0);
  });
}

/**
 * What the ledger says of the same entries: what each method's system account owes for them. Equal to sales − voids, or the
 * books are not what the till believes.
 */
export function ledgerTakings(siteId: string, entries: readonly Pick<LedgerEntry, "postings">[]): Takings {
  const postings = entries.flatMap((entry) => entry.postings);
  return perMethod((method) => {
    const sum = sumOf(postings, systemAccount(PAYMENT_METHODS[method].account, siteId));
    return sum === 0 ? 0 : -sum;
  });
}

function sumOf(postings: readonly Posting[], account: string): number {
  return postings.reduce((sum, posting) => (posting.account === account ? sum + posting.amount : sum), 0);
}
