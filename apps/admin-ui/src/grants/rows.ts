import type { JobCounts } from "../shared/job-progress/job-rows.ts";

export type Audience =
  | { kind: "everyone" }
  | { kind: "buildings"; buildingIds: string[] }
  | { kind: "tags"; tags: string[] }
  | { kind: "households"; householdIds: string[] };
export type Gift =
  | { kind: "energy"; wh: number; per: "household" | "resident" }
  | { kind: "money"; amountMinor: number; per: "household" | "resident" };
export type Carry = { kind: "none" } | { kind: "months"; months: number } | { kind: "unlimited" };
export type Expiry =
  | { kind: "never" }
  | { kind: "days"; days: number }
  /** MM-DD. */
  | { kind: "yearly"; monthDay: string };

export interface GrantTerms {
  name: string;
  audience: Audience;
  gift: Gift;
  carry: Carry;
  expiry: Expiry;
}

export interface GrantPolicyFields extends GrantTerms {
  dayOfMonth: number;
  /** 1 January … 12 December. */
  excludedMonths: number[];
  /** Local days. */
  validFrom: string;
  validUntil: string | null;
  isAutomatic: boolean;
}

export interface GrantPolicy extends GrantPolicyFields {
  id: string;
  siteId: string;
}

/** One month of a policy; amounts in minor units or Wh. */
export interface GrantMonth {
  /** Of its run, whether it has run or not. */
  id: string;
  policyId: string;
  month: string;
  dueOn: string | null;
  runAt: string | null;
  isReversed: boolean;
  households: number;
  given: number;
  used: number;
  expired: number;
  takenBack: number;
  left: number;
}

interface RunJob extends JobCounts {
  id: string;
}

export interface GrantRun {
  id: string;
  policyId: string;
  month: string;
  terms: GrantTerms;
  createdAt: string;
  createdBy: { id: string; name: string };
  job: RunJob | null;
  reversal: { at: string; by: { id: string; name: string }; reason: string; job: RunJob | null } | null;
}

export interface GrantPreview {
  commodity: string;
  totalAmount: number;
  granted: { householdId: string; name: string; residents: number; amount: number }[];
  leftOut: { householdId: string; name: string; reason: string }[];
}

export interface Grant {
  id: string;
  householdId: string;
  householdName: string;
  commodity: string;
  amount: number;
  residents: number;
  expiresAt: string | null;
  expired: number;
  takenBack: number;
}
