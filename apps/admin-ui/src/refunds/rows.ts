export type RefundState = "proposed" | "approved" | "rejected";

interface Actor {
  id: string;
  name: string;
  role: string;
}

/** Households that leave together: proposed by one person, approved by another, then settled one by one. */
export interface Refund {
  id: string;
  siteId: string;
  currency: string;
  reason: string;
  state: RefundState;
  householdIds: string[];
  /** As it was shown for approval: nobody gets more. */
  totalMinor: number;
  needsSecondPerson: boolean;
  proposedBy: Actor;
  proposedAt: string;
  decidedBy: Actor | null;
  decidedAt: string | null;
  decisionReason: string;
  debtsAcceptedBy: Actor | null;
  debtsAcceptedAt: string | null;
  jobId: string | null;
}

/** What a household would get if it left now. */
export interface Settlement {
  householdId: string;
  householdName: string;
  unitId: string;
  ledgerMinor: number;
  /** Used, and not in the ledger yet. */
  accruedMinor: number;
  /** What would lapse. */
  grants: { grantId: string; commodity: string; amount: number; expiresAt: string | null }[];
  refundMinor: number;
  keptInMeterMinor: number;
  debtMinor: number;
  readings: { circuitId: string; circuitName: string; at: string | null; registerWh: number | null }[];
  problems: { code: string; detail: string }[];
}

export interface RefundPreview {
  currency: string;
  totalMinor: number;
  needsSecondPerson: boolean;
  households: Settlement[];
}

/** `asked` and `silent` have no register yet. */
export type FinalReadingState = "asked" | "read" | "silent" | "typed";

export interface Withdrawal {
  householdId: string;
  phase: "reading" | "settling" | "closing" | "done" | "released";
  readings: {
    circuitId: string;
    circuitName: string;
    state: FinalReadingState;
    at: string | null;
    registerWh: number | null;
    typedBy: string | null;
  }[];
  closedAt: string | null;
  result: {
    refundMinor: number;
    keptInMeterMinor: number;
    debtMinor: number;
    expired: { commodity: string; amount: number }[];
  } | null;
}

export interface RefundDetail extends Refund {
  preview: Settlement[];
  withdrawals: Withdrawal[];
}
