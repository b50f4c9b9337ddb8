/** What a provider may say of a payment; the order of these says nothing. */
export const REPORTED_STATUSES = ["pending", "paid", "failed", "expired", "refunded", "disputed"] as const;
export type ReportedStatus = (typeof REPORTED_STATUSES)[number];

/** One thing that a provider said: in a signed message of its own, or because it was asked. */
export interface PaymentReport {
  /** The provider's message; said again it is the same. */
  eventId: string;
  at: Date;
  status: ReportedStatus;
  /** Our id, where the provider sends it along. */
  topUpId: string | null;
  /** Every id by which the provider speaks of this payment; the one that it gave when the payment was created comes first. */
  paymentIds: readonly [string, ...string[]];
  /** Minor units: what was asked or paid; for `refunded` and `disputed`, all that was taken back so far. */
  amountMinor: number;
  currency: string;
}

/** What a provider is asked to collect. */
export interface PaymentRequest {
  /** Of the top-up: repeating it creates nothing new. */
  topUpId: string;
  siteId: string;
  amountMinor: number;
  currency: string;
  /** What the payer reads. */
  title: string;
  expiresAt: Date;
  /** Where the payer comes back to; that they did says nothing about the payment. */
  returnUrl: string;
}

/** Whoever collects money for a site. Errors are ApiError `provider-unavailable` (ask again) or `provider-refused`. */
export interface PaymentProvider {
  /** Kebab-case; part of ledger accounts and references for ever. */
  readonly name: string;
  /** Asked again for the same top-up it gives the same payment. */
  createPayment(request: PaymentRequest): Promise<{ paymentId: string; redirectUrl: string }>;
  /** Null for news that do not concern us. Throws `webhook-untrusted`, or `invalid-body` for a trusted message that cannot be read. */
  readWebhook(bytes: Buffer, header: (name: string) => string | undefined, now: Date): PaymentReport | null;
  fetchPayment(paymentId: string, now: Date): Promise<PaymentReport>;
}
