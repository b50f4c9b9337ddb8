import type { PaymentReport } from "./payment-provider.ts";

/**
 * What a provider has said about one top-up so far. Facts are only added, never taken back, so that they come out the same in
 * whatever order and however often the messages arrive.
 */
export interface TopUpFacts {
  /** The provider has it. */
  isPending: boolean;
  /** Exactly what was ordered. */
  isPaid: boolean;
  /** Paid, but another amount, currency or payment than was ordered: `<amount> <currency> <payment>`, sorted. */
  oddPayments: readonly string[];
  isFailed: boolean;
  isExpired: boolean;
  /** All that the provider has paid back, minor units. */
  refundedMinor: number;
  /** All that a bank has taken back, minor units. */
  disputedMinor: number;
}

export const NO_FACTS: TopUpFacts = {
  isPending: false,
  isPaid: false,
  oddPayments: [],
  isFailed: false,
  isExpired: false,
  refundedMinor: 0,
  disputedMinor: 0,
};

export interface Ordered {
  amountMinor: number;
  currency: string;
  /** Null until the provider has given it. */
  paymentId: string | null;
}

/** Enough to see that something is odd; a provider that keeps on inventing payments fills no store. */
const MOST_ODD_PAYMENTS = 8;

/** The facts with one more report. The same object when it said nothing new. */
export function factsAfter(
  facts: TopUpFacts,
  report: Pick<PaymentReport, "status" | "amountMinor" | "currency" | "paymentIds">,
  ordered: Ordered,
): TopUpFacts {
  const { status, amountMinor } = report;
  switch (status) {
    case "pending":
      return facts.isPending ? facts : { ...facts, isPending: true };
    case "paid":
      return isExact(report, ordered) ? withPaid(facts) : withOdd(facts, report);
    case "failed":
      return facts.isFailed ? facts : { ...facts, isFailed: true };
    case "expired":
      return facts.isExpired ? facts : { ...facts, isExpired: true };
    case "refunded":
      return amountMinor > facts.refundedMinor ? { ...facts, refundedMinor: amountMinor } : facts;
    case "disputed":
      return amountMinor > facts.disputedMinor ? { ...facts, disputedMinor: amountMinor } : facts;
  }
}

function isExact(
  { amountMinor, currency, paymentIds }: Pick<PaymentReport, "amountMinor" | "currency" | "paymentIds">,
  ordered: Ordered,
): boolean {
  return (
    amountMinor === ordered.amountMinor &&
    currency === ordered.currency &&
    paymentIds[0] === ordered.paymentId
  );
}

function withPaid(facts: TopUpFacts): TopUpFacts {
  return facts.isPaid ? facts : { ...facts, isPaid: true };
}

function withOdd(
  facts: TopUpFacts,
  { amountMinor, currency, paymentIds }: Pick<PaymentReport, "amountMinor" | "currency" | "paymentIds">,
): TopUpFacts {
  const odd = `${amountMinor} ${currency} ${paymentIds[0]}`;
  if (facts.oddPayments.includes(odd) || facts.oddPayments.length >= MOST_ODD_PAYMENTS) return facts;
  return { ...facts, oddPayments: [...facts.oddPayments, odd].sort() };
}

/** Credit follows from payment, unless all of it went back before. What goes back later is for a person to take from the account. */
export function isToCredit(facts: TopUpFacts, { amountMinor }: Pick<Ordered, "amountMinor">): boolean {
  return facts.isPaid && facts.disputedMinor === 0 && facts.refundedMinor < amountMinor;
}

/** What the provider has taken back of a payment that was credited. */
export function takenBackMinor(facts: TopUpFacts, { amountMinor }: Pick<Ordered, "amountMinor">): number {
  return Math.min(amountMinor, facts.refundedMinor + facts.disputedMinor);
}

/**
 * created: not yet with the provider · pending: waits for the payer · paid: on its way into the ledger, or kept from it (see its
 * problem) · credited · failed and expired may still be paid late · mismatched: paid, but not what was ordered · refunded and
 * disputed: the provider gave it back, or the payer's bank took it.
 */
export const TOP_UP_STATES = [
  "created",
  "pending",
  "paid",
  "credited",
  "failed",
  "expired",
  "mismatched",
  "refunded",
  "disputed",
] as const;
export type TopUpState = (typeof TOP_UP_STATES)[number];

/** What is shown follows from the facts alone: the strongest wins, so a failure that arrives behind a payment undoes nothing. */
export function stateOf(facts: TopUpFacts, isCredited: boolean): TopUpState {
  if (facts.disputedMinor > 0) return "disputed";
  if (facts.refundedMinor > 0) return "refunded";
  if (isCredited) return "credited";
  if (facts.isPaid) return "paid";
  if (facts.oddPayments.length > 0) return "mismatched";
  if (facts.isFailed) return "failed";
  if (facts.isExpired) return "expired";
  return facts.isPending ? "pending" : "created";
}
