import { createHmac, randomBytes } from "node:crypto";
import { z } from "zod";
import { isDuplicateKey } from "../../db/model.ts";
import type { Deps } from "../../deps.ts";
import { ApiError } from "../../errors.ts";
import { type PaymentProvider, type PaymentReport, REPORTED_STATUSES } from "../payment-provider.ts";
import { readMessage } from "../read-message.ts";
import { isSigned } from "../signed-message.ts";
import { type SandboxPayment, type SandboxState, sandboxPaymentModel } from "./sandbox-payment.model.ts";

export const SANDBOX = "sandbox";
export const SANDBOX_SIGNATURE = "sandbox-signature";
const ID_BYTES = 18;

type SandboxDeps = Pick<Deps, "connection" | "clock" | "secrets" | "publicUrl">;

/** What the sandbox says to the API; signed like Stripe's messages. */
export const sandboxMessageSchema = z.strictObject({
  eventId: z.string().min(1).max(100),
  at: z.iso.datetime(),
  status: z.enum(REPORTED_STATUSES),
  topUpId: z.string().min(1).max(64).nullable(),
  paymentId: z.string().min(1).max(64),
  amountMinor: z.int().nonnegative(),
  currency: z.string().length(3),
});
export type SandboxMessage = z.infer<typeof sandboxMessageSchema>;

const STATUS_OF = {
  open: "pending",
  late: "pending",
  paid: "paid",
  failed: "failed",
  expired: "expired",
} as const satisfies Record<SandboxState, PaymentReport["status"]>;

/** Nobody enters it and nobody knows it: both ends of the sandbox are here. */
export function sandboxSecret(sealingSecret: string, siteId: string): string {
  return createHmac("sha256", sealingSecret).update(`sandbox webhook ${siteId}`).digest("hex");
}

/** A provider for demonstrations: its page stands on this server, its messages come over HTTP and signed as a real one's do. */
export function sandboxProvider(deps: SandboxDeps, siteId: string): PaymentProvider {
  const payments = sandboxPaymentModel(deps.connection);
  return {
    name: SANDBOX,
    async createPayment(request) {
      const { topUpId, amountMinor, currency, title, expiresAt, returnUrl } = request;
      const payment: SandboxPayment = {
        _id: randomBytes(ID_BYTES).toString("base64url"),
        siteId,
        topUpId,
        amountMinor,
        currency,
        title,
        returnUrl,
        state: "open",
        expiresAt,
        changedAt: deps.clock.now(),
        arrivesAt: null,
        isUntold: false,
      };
      try {
        await payments.create(payment);
        return { paymentId: payment._id, redirectUrl: pageOf(deps, payment._id) };
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      const known = await payments.findOne({ siteId, topUpId }).lean<SandboxPayment | null>();
      if (!known) throw new ApiError("provider-unavailable");
      return { paymentId: known._id, redirectUrl: pageOf(deps, known._id) };
    },
    readWebhook(bytes, header, now) {
      const secret = sandboxSecret(deps.secrets.sealingSecret, siteId);
      if (!isSigned(bytes, header(SANDBOX_SIGNATURE), [secret], now)) throw new ApiError("webhook-untrusted");
      return reportOf(readMessage(sandboxMessageSchema, bytes));
    },
    async fetchPayment(paymentId) {
      const payment = await payments.findOne({ _id: paymentId, siteId }).lean<SandboxPayment | null>();
      if (!payment) throw new ApiError("provider-refused", "The sandbox knows no such payment");
      return reportOf(messageOf(payment));
    },
  };
}

/** The state of a payment as the sandbox tells it: the same state is the same message. */
export function messageOf(payment: SandboxPayment): SandboxMessage {
  const { _id: paymentId, topUpId, amountMinor, currency, state, changedAt } = payment;
  const status = STATUS_OF[state];
  const at = changedAt.toISOString();
  return { eventId: `${paymentId}:${status}`, at, status, topUpId, paymentId, amountMinor, currency };
}

function reportOf({ paymentId, at, ...message }: SandboxMessage): PaymentReport {
  return { ...message, at: new Date(at), paymentIds: [paymentId] };
}

function pageOf({ publicUrl }: SandboxDeps, paymentId: string): string {
  return `${publicUrl()}/api/v1/sandbox-payments/${paymentId}`;
}
