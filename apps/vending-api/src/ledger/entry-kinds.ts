/**
 * Every kind of journal entry. `household`: the sign that its leg on the household's account may have.
 * `counter`: the system account that takes the other leg; a purchase names its own by the method of payment.
 * `grants`: whether it may move free energy or name lots of grants. `takes`: what it may take at most: purchased credit, or that
 * and the lots that it names.
 */
export const ENTRY_KINDS = {
  purchase: { household: "plus", counter: "till", grants: false, takes: "any" },
  void: { household: "minus", counter: "till", grants: false, takes: "any" },
  grant: { household: "plus", counter: "subsidy", grants: true, takes: "any" },
  "grant-expiry": { household: "minus", counter: "subsidy", grants: true, takes: "any" },
  "grant-reversal": { household: "minus", counter: "subsidy", grants: true, takes: "any" },
  usage: { household: "minus", counter: "revenue", grants: true, takes: "any" },
  adjustment: { household: "any", counter: "adjustments", grants: true, takes: "any" },
  transfer: { household: "any", counter: "transfers", grants: true, takes: "purchased-and-named" },
  refund: { household: "minus", counter: "refunds", grants: false, takes: "purchased" },
  opening: { household: "any", counter: "openings", grants: true, takes: "any" },
  closing: { household: "any", counter: "closings", grants: true, takes: "any" },
} as const satisfies Record<string, EntryRule>;

interface EntryRule {
  household: "plus" | "minus" | "any";
  counter: string;
  grants: boolean;
  takes: "any" | "purchased" | "purchased-and-named";
}

export type EntryKind = keyof typeof ENTRY_KINDS;
export const ENTRY_KIND_NAMES = Object.keys(ENTRY_KINDS) as [EntryKind, ...EntryKind[]];

/** The commodity of free energy; every other one is a currency. */
export const FREE_ENERGY = "Wh";

/** How a purchase was paid at the desk, and the system account that received it. */
export const PAYMENT_METHODS = {
  cash: { account: "till-cash" },
  card: { account: "till-card" },
  transfer: { account: "bank" },
} as const satisfies Record<string, { account: string }>;

export type PaymentMethod = keyof typeof PAYMENT_METHODS;
export const PAYMENT_METHOD_NAMES = Object.keys(PAYMENT_METHODS) as [PaymentMethod, ...PaymentMethod[]];

/** Every way in which a purchase may have been paid: at the desk, or by the resident through a payment provider. */
export const PURCHASE_METHOD_NAMES = [...PAYMENT_METHOD_NAMES, "provider"] as const;
export type PurchaseMethod = (typeof PURCHASE_METHOD_NAMES)[number];

/** What a payment provider has received and owes the site, e.g. `payments-stripe`. */
export function providerAccount(provider: string): string {
  return `payments-${provider}`;
}
