export const TAKINGS = ["cash", "card", "transfer"] as const;
/** Minor units by how it was paid. */
export type Takings = Record<(typeof TAKINGS)[number], number>;

export interface Till {
  id: string;
  siteId: string;
  name: string;
  isRetired: boolean;
}

export interface TillShift {
  id: string;
  tillId: string;
  number: number;
  person: { id: string; name: string };
  state: "open" | "closing" | "closed";
  openedAt: string;
  floatMinor: number;
  totals: Record<keyof Takings, { sales: number; salesMinor: number; voids: number; voidsMinor: number }>;
  expected: Takings;
  counted: Takings | null;
  /** Counted − expected: below zero something is missing. */
  difference: Takings | null;
  closedAt: string | null;
}

export interface Adjustment {
  id: string;
  householdId: string;
  purchaseId: string | null;
  /** What the household gets; below zero it gives. */
  amountMinor: number;
  reason: string;
  state: string;
  proposedBy: { id: string; name: string };
  proposedAt: string;
  problem: { code: string; detail: string } | null;
}
