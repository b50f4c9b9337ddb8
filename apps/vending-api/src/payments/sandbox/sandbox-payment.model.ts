import { type Connection, Schema } from "mongoose";
import { boundModel } from "../../db/model.ts";

export const SANDBOX_STATES = ["open", "late", "paid", "failed", "expired"] as const;
export type SandboxState = (typeof SANDBOX_STATES)[number];

/** A payment at the provider that is none: money of nobody, for demonstrations and tests. */
export interface SandboxPayment {
  /** Random; who knows it may pay, as with any provider's page. */
  _id: string;
  siteId: string;
  topUpId: string;
  amountMinor: number;
  currency: string;
  title: string;
  returnUrl: string;
  state: SandboxState;
  expiresAt: Date;
  changedAt: Date;
  /** When a late payment arrives. */
  arrivesAt: Date | null;
  /** The state that the API was not told yet. */
  isUntold: boolean;
}

const sandboxSchema = new Schema<SandboxPayment>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    topUpId: { type: String, required: true },
    amountMinor: { type: Number, required: true },
    currency: { type: String, required: true },
    title: { type: String, required: true },
    returnUrl: { type: String, required: true },
    state: { type: String, enum: SANDBOX_STATES, required: true },
    expiresAt: { type: Date, required: true },
    changedAt: { type: Date, required: true },
    arrivesAt: { type: Date, default: null },
    isUntold: { type: Boolean, required: true },
  },
  { collection: "sandbox-payments", versionKey: false },
);
sandboxSchema.index({ siteId: 1, topUpId: 1 }, { unique: true });
sandboxSchema.index({ state: 1, arrivesAt: 1 });
sandboxSchema.index({ isUntold: 1 });

export const sandboxPaymentModel = (connection: Connection) =>
  boundModel<SandboxPayment>(connection, "SandboxPayment", sandboxSchema);
