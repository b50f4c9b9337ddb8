/**
 * Every kind of journal entry. `household`: the sign that its leg on the household's account may have.
 * `counter`: the system account that takes the other leg; a purchase names its own by the method of payment.
 */
export const ENTRY_KINDS = {
  purchase: { household: "plus", counter: "till" },
  void: { household: "minus", counter: "till" },
  grant: { household: "plus", counter: "subsidy" },
  "grant-expiry": { household: "minus", counter: "subsidy" },
  usage: { household: "minus", counter: "revenue" },
  adjustment: { household: "any", counter: "adjustments" },
  transfer: { household: "any", counter: "transfers" },
  refund: { household: "minus", counter: "refunds" },
  opening: { household: "any", counter: "openings" },
  closing: { household: "any", counter: "closings" },
} as const satisfies Record<string, { household: "plus" | "minus" | "any"; counter: string }>;

export type EntryKind = keyof typeof ENTRY_KINDS;
export const ENTRY_KIND_NAMES = Object.keys(ENTRY_KINDS) as [EntryKind, ...EntryKind[]];

/** How a purchase was paid at the desk, and the system account that received it. */
export const PAYMENT_METHODS = {
  cash: { account: "till-cash" },
  card: { account: "till-card" },
  transfer: { account: "bank" },
} as const satisfies Record<string, { account: string }>;

export type PaymentMethod = keyof typeof PAYMENT_METHODS;
export const PAYMENT_METHOD_NAMES = Object.keys(PAYMENT_METHODS) as [PaymentMethod, ...PaymentMethod[]];
