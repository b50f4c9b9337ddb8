import { newId } from "../db/model.ts";
import { ApiError } from "../errors.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import type { Household } from "../places/household.model.ts";
import type { Site } from "../places/site.model.ts";
import { moveTopUp, publishTopUp } from "./move-top-up.ts";
import type { PaymentDeps } from "./payment-books.ts";
import type { PaymentProvider } from "./payment-provider.ts";
import type { PaymentSettings } from "./payment-settings.model.ts";
import type { TopUp } from "./top-up.model.ts";
import { NO_FACTS } from "./top-up-facts.ts";

/** How long a payer has. Range 30 min–24 h: what Stripe takes as `expires_at` of a Checkout session. */
export const PAYABLE_MS = 60 * 60_000;
/** The first look at a payment of which nothing was heard. Range 30 s–10 min. */
export const FIRST_POLL_MS = 60_000;

export interface TopUpOrder {
  site: Pick<Site, "_id" | "currency" | "name">;
  household: Pick<Household, "_id" | "name" | "status">;
  amountMinor: number;
  limits: Pick<PaymentSettings, "minMinor" | "maxMinor">;
  returnUrl: string;
}

/**
 * Orders a payment at the provider. The same key gives the same order, and goes on where the provider did not answer. Throws
 * `household-closed`, `amount-invalid`, `idempotency-key-reused`, or what the provider says.
 */
export async function startTopUp(
  deps: PaymentDeps,
  provider: PaymentProvider,
  order: TopUpOrder,
  request: MoneyRequest,
): Promise<{ topUp: TopUp; repeated: boolean }> {
  const { site, household, amountMinor, returnUrl } = order;
  const known = await findByKey(deps, site._id, request);
  if (!known) assertOrderable(order);
  const topUp = known ?? (await create(deps, provider, order, request));
  if (topUp.redirectUrl !== null || topUp.provider !== provider.name) return { topUp, repeated: true };
  const { paymentId, redirectUrl } = await provider.createPayment({
    topUpId: topUp._id,
    siteId: site._id,
    amountMinor,
    currency: site.currency,
    title: `${site.name}: ${household.name}`,
    expiresAt: topUp.expiresAt,
    returnUrl,
  });
  const ordered = await moveTopUp(deps, topUp, (known) => ({
    // A report may have been faster than the provider's answer: what it said stays.
    paymentId: known.paymentId ?? paymentId,
    references: [...new Set([...known.references, paymentId])],
    facts: { ...known.facts, isPending: true },
    redirectUrl,
  }));
  return { topUp: ordered, repeated: known !== undefined };
}

function assertOrderable({ household, amountMinor, limits, site }: TopUpOrder): void {
  if (household.status !== "open") throw new ApiError("household-closed");
  const { minMinor, maxMinor } = limits;
  if (amountMinor >= minMinor && amountMinor <= maxMinor) return;
  const message = `From ${minMinor} to ${maxMinor} minor units of ${site.currency}`;
  throw new ApiError("amount-invalid", message, {
    errors: [{ path: "amountMinor", code: "out-of-range", message }],
  });
}

async function findByKey(
  { books }: PaymentDeps,
  siteId: string,
  { idempotencyKey: requestKey, requestHash }: MoneyRequest,
): Promise<TopUp | undefined> {
  const known = await books.findByKey(siteId, requestKey);
  if (known && known.requestHash !== requestHash) throw new ApiError("idempotency-key-reused");
  return known ?? undefined;
}

async function create(
  deps: PaymentDeps,
  provider: PaymentProvider,
  { site, household, amountMinor }: TopUpOrder,
  request: MoneyRequest,
): Promise<TopUp> {
  const { by, now, idempotencyKey: requestKey, requestHash } = request;
  const topUp: TopUp = {
    _id: newId(),
    siteId: site._id,
    householdId: household._id,
    by,
    provider: provider.name,
    amountMinor,
    currency: site.currency,
    facts: NO_FACTS,
    state: "created",
    revision: 0,
    paymentId: null,
    references: [],
    redirectUrl: null,
    requestKey,
    requestHash,
    createdAt: now,
    changedAt: now,
    expiresAt: new Date(now.getTime() + PAYABLE_MS),
    nextPollAt: new Date(now.getTime() + FIRST_POLL_MS),
    polls: 0,
    reports: [],
    entryId: null,
    creditedAt: null,
    problem: null,
    adjustmentId: null,
    resolvedBy: null,
    resolvedAt: null,
    resolution: "",
  };
  if (!(await deps.books.insert(topUp))) {
    const faster = await findByKey(deps, site._id, request);
    if (!faster) throw new ApiError("internal", `the top-up under ${requestKey} is missing`);
    return faster;
  }
  publishTopUp(deps, topUp);
  return topUp;
}
