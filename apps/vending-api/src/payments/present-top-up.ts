import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { ERROR_CODE_NAMES } from "../errors.ts";
import { REPORTED_STATUSES } from "./payment-provider.ts";
import type { StrayPayment } from "./stray-payment.model.ts";
import type { TopUp } from "./top-up.model.ts";
import { TOP_UP_STATES } from "./top-up-facts.ts";

const person = z.object({ id: idSchema, name: z.string() });

/** As the resident who ordered it sees it. */
export const myTopUpAnswer = z
  .object({
    id: idSchema,
    amountMinor: z.int(),
    currency: z.string(),
    state: z.enum(TOP_UP_STATES),
    redirectUrl: z.string().nullable().meta({
      description: "Where to pay. Coming back from there says nothing; `state` does.",
    }),
    createdAt: instantSchema,
    expiresAt: instantSchema,
    creditedAt: instantSchema.nullable(),
    purchaseId: idSchema.nullable(),
  })
  .meta({ id: "MyTopUp" });

/** As staff see it. */
export const topUpAnswer = myTopUpAnswer
  .omit({ redirectUrl: true })
  .extend({
    siteId: idSchema,
    householdId: idSchema,
    by: person,
    provider: z.string(),
    paymentId: z.string().nullable(),
    oddPayments: z.array(z.string()),
    refundedMinor: z.int(),
    disputedMinor: z.int(),
    problem: z.object({ code: z.enum(ERROR_CODE_NAMES), detail: z.string() }).nullable(),
    adjustmentId: idSchema.nullable(),
    changedAt: instantSchema,
    reports: z
      .array(
        z.object({
          eventId: z.string(),
          at: instantSchema,
          status: z.enum(REPORTED_STATUSES),
          amountMinor: z.int(),
          currency: z.string(),
        }),
      )
      .meta({ description: "What the provider said, as far as it was new, in the order of its arrival." }),
    resolvedBy: person.nullable(),
    resolvedAt: instantSchema.nullable(),
    resolution: z.string(),
  })
  .meta({ id: "TopUp" });

export const strayPaymentAnswer = z
  .object({
    id: z.string(),
    siteId: idSchema,
    provider: z.string(),
    paymentIds: z.array(z.string()),
    status: z.enum(REPORTED_STATUSES),
    amountMinor: z.int(),
    currency: z.string(),
    receivedAt: instantSchema,
    topUpId: idSchema.nullable(),
    resolvedBy: person.nullable(),
    resolvedAt: instantSchema.nullable(),
    resolution: z.string(),
  })
  .meta({ id: "StrayPayment" });

export function presentMyTopUp(topUp: TopUp): z.input<typeof myTopUpAnswer> {
  const { _id: id, amountMinor, currency, state, redirectUrl, createdAt, expiresAt, creditedAt } = topUp;
  return {
    id,
    amountMinor,
    currency,
    state,
    redirectUrl: state === "pending" ? redirectUrl : null,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    creditedAt: creditedAt?.toISOString() ?? null,
    purchaseId: topUp.entryId,
  };
}

export function presentTopUp(topUp: TopUp): z.input<typeof topUpAnswer> {
  const { siteId, householdId, by, provider, paymentId, problem, adjustmentId, facts } = topUp;
  const { oddPayments, refundedMinor, disputedMinor } = facts;
  const { resolvedBy, resolvedAt, resolution } = topUp;
  const { redirectUrl: _, ...mine } = presentMyTopUp(topUp);
  return {
    ...mine,
    ...{ siteId, householdId, by, provider, paymentId, problem, adjustmentId },
    ...{ oddPayments: [...oddPayments], refundedMinor, disputedMinor },
    changedAt: topUp.changedAt.toISOString(),
    reports: topUp.reports.map((report) => ({ ...report, at: report.at.toISOString() })),
    ...{ resolvedBy, resolution },
    resolvedAt: resolvedAt?.toISOString() ?? null,
  };
}

export function presentStray(stray: StrayPayment): z.input<typeof strayPaymentAnswer> {
  const { _id: id, siteId, provider, report, receivedAt, topUpId, resolvedBy, resolution } = stray;
  const { paymentIds, status, amountMinor, currency } = report;
  return {
    ...{ id, siteId, provider, topUpId, status, amountMinor, currency },
    paymentIds: [...paymentIds],
    receivedAt: receivedAt.toISOString(),
    ...{ resolvedBy, resolution },
    resolvedAt: stray.resolvedAt?.toISOString() ?? null,
  };
}
