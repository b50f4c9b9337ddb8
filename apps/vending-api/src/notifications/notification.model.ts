import { createHash } from "node:crypto";
import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import type { Notice, NoticeKind, NoticePlace } from "./notice.ts";
import { NOTICES_KEPT_S } from "./notice-cause.model.ts";

/** `inbox`: on the person's page. `webhook`: an endpoint of one of the customer's programs. */
export const CHANNELS = ["inbox", "email", "webhook"] as const;
export type Channel = (typeof CHANNELS)[number];

/** One way: a pending one is sent, fails for good, or is not wanted. Only a redelivery makes it pending again. */
export const NOTIFICATION_STATES = ["pending", "sent", "failed", "suppressed"] as const;
export type NotificationState = (typeof NOTIFICATION_STATES)[number];

/** Why it was not sent, or not yet. `cut-off`: the process died while it was sending; it may have arrived. */
export const NOTIFICATION_PROBLEMS = [
  "kind-off",
  "no-mail-server",
  "recipient-gone",
  "endpoint-off",
  "endpoint-gone",
  "address-refused",
  "refused",
  "unreachable",
  "cut-off",
] as const;
export type NotificationProblem = (typeof NOTIFICATION_PROBLEMS)[number];

export interface Attempt {
  at: Date;
  problem: NotificationProblem | null;
  /** The other side's words, or the status it answered. */
  detail: string;
}

/** One message to one recipient by one channel: the outbox, the inbox and the log of deliveries. */
export interface Notification {
  /** Made from cause, channel and recipient: the same message has the same id, to whoever receives it twice. */
  _id: string;
  siteId: string;
  causeKey: string;
  /** Of the notice; `test` is an endpoint's trial. */
  kind: NoticeKind | "test";
  at: Date;
  householdId: string | null;
  channel: Channel;
  /** A user, or a webhook. */
  recipientId: string;
  recipientName: string;
  /** Null for a test. */
  notice: Notice | null;
  place: NoticePlace | null;
  state: NotificationState;
  attempts: number;
  /** The latest ones, newest last. */
  log: Attempt[];
  /** Earlier it is not sent: quiet hours, or the wait after a failure. */
  notBefore: Date;
  lease: { holder: string; until: Date } | null;
  sentAt: Date | null;
  problem: NotificationProblem | null;
  readAt: Date | null;
}

/** Attempts that are kept, of as many as a redelivery may add. Range 8–100. */
export const ATTEMPTS_KEPT = 20;

export function notificationId(causeKey: string, channel: Channel, recipientId: string): string {
  return createHash("sha256")
    .update(JSON.stringify([causeKey, channel, recipientId]))
    .digest("hex")
    .slice(0, 32);
}

const notificationSchema = new Schema<Notification>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    causeKey: { type: String, required: true },
    kind: { type: String, required: true },
    at: { type: Date, required: true },
    householdId: { type: String, default: null },
    channel: { type: String, enum: CHANNELS, required: true },
    recipientId: { type: String, required: true },
    recipientName: { type: String, required: true },
    notice: { type: Schema.Types.Mixed, default: null },
    place: { type: Schema.Types.Mixed, default: null },
    state: { type: String, enum: NOTIFICATION_STATES, required: true },
    attempts: { type: Number, required: true },
    log: { type: Schema.Types.Mixed, required: true },
    notBefore: { type: Date, required: true },
    lease: { type: Schema.Types.Mixed, default: null },
    sentAt: { type: Date, default: null },
    problem: { type: String, default: null },
    readAt: { type: Date, default: null },
  },
  { collection: "notifications", versionKey: false, minimize: false },
);
notificationSchema.index({ notBefore: 1 }, { partialFilterExpression: { state: "pending" } });
notificationSchema.index({ recipientId: 1, channel: 1, at: -1 });
notificationSchema.index({ siteId: 1, at: -1 });
notificationSchema.index({ householdId: 1, at: -1 });
notificationSchema.index({ at: 1 }, { expireAfterSeconds: NOTICES_KEPT_S });

export const notificationModel = (connection: Connection) =>
  boundModel<Notification>(connection, "Notification", notificationSchema);
