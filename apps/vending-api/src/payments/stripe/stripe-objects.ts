import { z } from "zod";

/** The parts of Stripe's objects that matter here (docs.stripe.com/api); whatever else they hold is left alone. */

const id = z.string().min(1).max(255);
/** An id, or the object itself where the account's API version sends it whole. */
const reference = z.union([id, z.object({ id }).transform((object) => object.id)]);
const amount = z.int().nonnegative();
const metadata = z.object({ topUpId: z.string().max(64).optional() }).nullish();

export const sessionSchema = z.object({
  id,
  status: z.enum(["open", "complete", "expired"]).nullable(),
  payment_status: z.enum(["paid", "unpaid", "no_payment_required"]),
  payment_intent: reference.nullish(),
  amount_total: amount.nullable(),
  currency: z.string().max(3).nullable(),
  client_reference_id: z.string().max(64).nullish(),
  metadata,
  url: z.url({ protocol: /^https?$/ }).nullish(),
});
export type Session = z.infer<typeof sessionSchema>;

export const chargeSchema = z.object({
  id,
  payment_intent: reference.nullish(),
  amount_refunded: amount,
  currency: z.string().max(3),
  metadata,
});

export const disputeSchema = z.object({
  id,
  charge: reference,
  payment_intent: reference.nullish(),
  amount,
  currency: z.string().max(3),
});

export const eventSchema = z.object({
  id,
  type: z.string().max(100),
  created: z.int().nonnegative(),
  data: z.object({ object: z.unknown() }),
});
