/** What the API answers to residents only. */

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

export interface MyTopUp {
  id: string;
  amountMinor: number;
  currency: string;
  state: TopUpState;
  redirectUrl: string | null;
  createdAt: string;
  expiresAt: string;
  creditedAt: string | null;
  purchaseId: string | null;
}

export interface TopUpOptions {
  currency: string;
  minMinor: number;
  maxMinor: number;
  suggestedMinor: number[];
  isSandbox: boolean;
}

/** What a resident may hear of. */
export const RESIDENT_NOTICES = [
  "balance-low",
  "balance-reminder",
  "balance-cut",
  "power-off",
  "power-back",
  "credit-received",
  "grant-received",
  "refund-done",
  "abnormal-use",
] as const;
export type ResidentNotice = (typeof RESIDENT_NOTICES)[number];

export interface MyMessage {
  id: string;
  kind: string;
  at: string;
  title: string;
  text: string;
  urgent: boolean;
  unit: string | null;
  readAt: string | null;
}

export interface NoticeSettings {
  email: string | null;
  channels: ("inbox" | "email")[];
  kinds: string[];
  offeredKinds: string[];
  quietHours: { from: string; to: string } | null;
  locale: string;
}
