import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import { SANDBOX } from "./sandbox/sandbox-provider.ts";
import { STRIPE } from "./stripe/stripe-provider.ts";

export const PROVIDER_NAMES = [STRIPE, SANDBOX] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** How residents of a site may pay. Without a row they may not. */
export interface PaymentSettings {
  /** Of the site. */
  _id: string;
  provider: ProviderName | null;
  minMinor: number;
  maxMinor: number;
  /** What the resident's page offers to choose from, ascending. */
  suggestedMinor: number[];
  /** Sealed; see sealing/seal.ts. */
  sealedApiKey: string | null;
  sealedWebhookSecrets: string[];
}

const settingsSchema = new Schema<PaymentSettings>(
  {
    _id: { type: String, required: true },
    provider: { type: String, enum: [...PROVIDER_NAMES, null], default: null },
    minMinor: { type: Number, required: true },
    maxMinor: { type: Number, required: true },
    suggestedMinor: { type: [Number], required: true },
    sealedApiKey: { type: String, default: null },
    sealedWebhookSecrets: { type: [String], required: true },
  },
  { collection: "payment-settings", versionKey: false },
);

export const paymentSettingsModel = (connection: Connection) =>
  boundModel<PaymentSettings>(connection, "PaymentSettings", settingsSchema);

export async function readPaymentSettings(
  connection: Connection,
  siteId: string,
): Promise<PaymentSettings | null> {
  return paymentSettingsModel(connection).findById(siteId).lean<PaymentSettings | null>();
}
