import type { Severity } from "@hallmeter/meter-model";

export const NOTICE_KINDS = [
  "balance-low",
  "balance-reminder",
  "balance-cut",
  "power-off",
  "power-back",
  "credit-received",
  "grant-received",
  "refund-done",
  "abnormal-use",
  "vacant-use",
  "sale-failed",
  "alarm",
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export interface Webhook {
  id: string;
  siteId: string;
  name: string;
  url: string;
  /** Empty: every kind. */
  kinds: NoticeKind[];
  isEnabled: boolean;
  /** Until then messages are signed with the secret before this one as well. */
  formerSecretUntil: string | null;
  createdAt: string;
}
export type NewWebhook = Webhook & { secret: string };

export const DELIVERY_STATES = ["pending", "sent", "failed", "suppressed"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export type Channel = "inbox" | "email" | "webhook";

/** One message to one recipient, with its attempts. */
export interface Delivery {
  id: string;
  kind: NoticeKind | "test";
  at: string;
  channel: Channel;
  recipientId: string;
  recipientName: string;
  title: string;
  state: DeliveryState;
  attempts: number;
  notBefore: string;
  sentAt: string | null;
  problem: string | null;
  log: { at: string; problem: string | null; detail: string }[];
}

export interface NotificationSettings {
  email: string | null;
  channels: ("inbox" | "email")[];
  kinds: NoticeKind[];
  offeredKinds: NoticeKind[];
  quietHours: { from: string; to: string } | null;
  alarmSeverity: Severity;
  locale: "en" | "zh";
}

export const LINE_OUTCOMES = ["create", "change", "leave", "wrong"] as const;
export type LineOutcome = (typeof LINE_OUTCOMES)[number];

export interface PlannedLine {
  line: number;
  outcome: LineOutcome;
  id: string | null;
  changes: Record<string, { from: unknown; to: unknown }>;
  mistakes: { path: string; code: string; message: string }[];
}

export interface ImportPlan {
  what: string;
  encoding: string;
  separator: string;
  columns: string[];
  counts: Record<LineOutcome, number>;
  lines: PlannedLine[];
}
