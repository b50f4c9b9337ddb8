import type { z } from "zod";
import { ApiError } from "../../errors.ts";
import type { PaymentProvider, PaymentReport, PaymentRequest } from "../payment-provider.ts";
import { readMessage, readPart } from "../read-message.ts";
import { isSigned } from "../signed-message.ts";
import { chargeSchema, disputeSchema, eventSchema, type Session, sessionSchema } from "./stripe-objects.ts";

export interface StripeAccess {
  /** `sk_…` or `rk_…`. */
  apiKey: string;
  /** `whsec_…`; two while they are being changed. */
  webhookSecrets: readonly string[];
  baseUrl?: string;
}

export const STRIPE = "stripe";
const BASE_URL = "https://api.stripe.com";
/** Stripe's API answers within a second or two; a resident waits for it. Range 2–30 s. */
const TIMEOUT_MS = 10_000;

/**
 * Currencies without a minor unit, as Stripe counts them (docs.stripe.com/currencies, "Zero-decimal currencies"). ISK and UGX
 * have none either, but Stripe wants them as if they had two digits: like those with three digits they are refused here.
 */
const ZERO_DECIMAL = new Set("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" "));

/** Whether Stripe counts this currency in the minor unit that the site's ledger has. */
export function isStripeCurrency(currency: string, currencyDigits: number): boolean {
  return ZERO_DECIMAL.has(currency) ? currencyDigits === 0 : currencyDigits === 2;
}

/** Stripe Checkout: the payer pays on Stripe's page, so that no card number ever comes here. */
export function stripeProvider({
  apiKey,
  webhookSecrets,
  baseUrl = BASE_URL,
}: StripeAccess): PaymentProvider {
  const ask = async (path: string, init: RequestInit): Promise<unknown> => {
    const response = await fetch(`${baseUrl}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${apiKey}`, ...init.headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new ApiError("provider-unavailable", undefined, { cause: error });
    });
    // 409 and 429 are to be asked again, like any failure of theirs (docs.stripe.com/api/errors).
    if (response.status >= 500 || response.status === 409 || response.status === 429)
      throw new ApiError("provider-unavailable", `Stripe answered ${response.status}`);
    if (!response.ok) throw new ApiError("provider-refused", `Stripe answered ${response.status}`);
    return response.json();
  };

  return {
    name: STRIPE,
    async createPayment(request) {
      const session = parse(
        sessionSchema,
        await ask("/v1/checkout/sessions", {
          method: "POST",
          headers: {
            "content-type": "application/x-www-form-urlencoded",
            // Stripe keeps keys for a day, longer than a session lives (docs.stripe.com/api/idempotent_requests).
            "idempotency-key": request.topUpId,
          },
          body: sessionForm(request).toString(),
        }),
      );
      if (!session.url) throw new ApiError("provider-refused", "Stripe gave no page to pay on");
      return { paymentId: session.id, redirectUrl: session.url };
    },
    readWebhook(bytes, header, now) {
      if (!isSigned(bytes, header("stripe-signature"), webhookSecrets, now))
        throw new ApiError("webhook-untrusted");
      return reportOfEvent(bytes);
    },
    async fetchPayment(paymentId, now) {
      const session = parse(
        sessionSchema,
        await ask(`/v1/checkout/sessions/${encodeURIComponent(paymentId)}`, { method: "GET" }),
      );
      const status = statusOf(session);
      return sessionReport(session, status, { eventId: `poll:${session.id}:${status}`, at: now });
    },
  };
}

/** A parameter list of POST /v1/checkout/sessions (docs.stripe.com/api/checkout/sessions/create). */
function sessionForm(request: PaymentRequest): URLSearchParams {
  const { topUpId, siteId, amountMinor, currency, title, expiresAt, returnUrl } = request;
  return new URLSearchParams({
    mode: "payment",
    client_reference_id: topUpId,
    "metadata[topUpId]": topUpId,
    "metadata[siteId]": siteId,
    // Charges copy the metadata of their payment intent: a refund then names the top-up too.
    "payment_intent_data[metadata][topUpId]": topUpId,
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": currency.toLowerCase(),
    "line_items[0][price_data][unit_amount]": String(amountMinor),
    "line_items[0][price_data][product_data][name]": title,
    expires_at: String(Math.floor(expiresAt.getTime() / 1000)),
    success_url: returnUrl,
    cancel_url: returnUrl,
  });
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success)
    throw new ApiError("provider-refused", "Stripe's answer could not be read", { cause: result.error });
  return result.data;
}

function reportOfEvent(bytes: Buffer): PaymentReport | null {
  const event = readMessage(eventSchema, bytes);
  const said = { eventId: event.id, at: new Date(event.created * 1000) };
  const { object } = event.data;
  switch (event.type) {
    case "checkout.session.completed": {
      const session = readPart(sessionSchema, object);
      return sessionReport(session, statusOf(session), said);
    }
    case "checkout.session.async_payment_succeeded":
      return sessionReport(readPart(sessionSchema, object), "paid", said);
    case "checkout.session.async_payment_failed":
      return sessionReport(readPart(sessionSchema, object), "failed", said);
    case "checkout.session.expired":
      return sessionReport(readPart(sessionSchema, object), "expired", said);
    case "charge.refunded": {
      const { id, payment_intent, amount_refunded, currency, metadata } = readPart(chargeSchema, object);
      return {
        ...said,
        status: "refunded",
        topUpId: metadata?.topUpId ?? null,
        paymentIds: payment_intent ? [payment_intent, id] : [id],
        amountMinor: amount_refunded,
        currency: currency.toUpperCase(),
      };
    }
    case "charge.dispute.created": {
      const { charge, payment_intent, amount, currency } = readPart(disputeSchema, object);
      return {
        ...said,
        status: "disputed",
        topUpId: null,
        paymentIds: payment_intent ? [payment_intent, charge] : [charge],
        amountMinor: amount,
        currency: currency.toUpperCase(),
      };
    }
    default:
      return null;
  }
}

/** `complete` with `unpaid` is a payment that takes its time, like a bank debit. */
function statusOf({ status, payment_status }: Session): "paid" | "expired" | "pending" {
  if (payment_status === "paid") return "paid";
  return status === "expired" ? "expired" : "pending";
}

function sessionReport(
  { id, payment_intent, amount_total, currency, client_reference_id, metadata }: Session,
  status: PaymentReport["status"],
  said: Pick<PaymentReport, "eventId" | "at">,
): PaymentReport {
  return {
    ...said,
    status,
    topUpId: client_reference_id ?? metadata?.topUpId ?? null,
    paymentIds: payment_intent ? [id, payment_intent] : [id],
    amountMinor: amount_total ?? 0,
    currency: (currency ?? "").toUpperCase(),
  };
}
