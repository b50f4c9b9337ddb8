import { isApiError } from "../errors.ts";
import { moveTopUp } from "./move-top-up.ts";
import type { PaymentDeps } from "./payment-books.ts";
import type { PaymentProvider } from "./payment-provider.ts";
import { settleTopUp } from "./settle-top-up.ts";
import { FIRST_POLL_MS } from "./start-top-up.ts";
import { takeReport } from "./take-report.ts";
import type { TopUp } from "./top-up.model.ts";
import { isToCredit } from "./top-up-facts.ts";

/** The longest pause between two looks. Range 1–24 h: a payment that needs days is asked for a few times a day. */
const LONGEST_PAUSE_MS = 6 * 3_600_000;
/** Bank transfers take days after the session has expired. Range 1–14 days; what comes later comes by webhook. */
const POLL_AFTER_EXPIRY_MS = 3 * 86_400_000;
/** In one look; the rest follows a minute later. Range 10–1000. */
const MOST_AT_ONCE = 100;

/** 1, 2, 4, 8 … minutes, then every six hours. */
export function pollPauseMs(polls: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_POLL_MS * 2 ** Math.min(polls, 20));
}

/**
 * Asks the providers about payments of which nothing final was heard, each less and less often, and finishes what a crash cut
 * off. `providerOf` is undefined where the site has no such provider any more. Returns how many were looked at.
 */
export async function pollTopUps(
  deps: PaymentDeps,
  providerOf: (topUp: TopUp) => Promise<PaymentProvider | undefined>,
): Promise<number> {
  const now = deps.clock.now();
  const due = await deps.books.due(now, MOST_AT_ONCE);
  for (const topUp of due) {
    const claimed = await claim(deps, topUp, now);
    if (!claimed) continue;
    await poll(deps, claimed, await providerOf(claimed), now).catch((error: unknown) => {
      // One that fails keeps no other waiting; it is asked for again after its pause.
      if (!isApiError(error)) throw error;
      deps.log.warn({ err: error, topUpId: topUp._id }, "payment not polled");
    });
  }
  return due.length;
}

/** Moves the next look before looking, so that one process looks, and none again and again at what makes it crash. */
async function claim({ books }: PaymentDeps, topUp: TopUp, now: Date): Promise<TopUp | null> {
  const nextMs = now.getTime() + pollPauseMs(topUp.polls + 1);
  const isOver = nextMs > topUp.expiresAt.getTime() + POLL_AFTER_EXPIRY_MS;
  return books.claimLook(topUp, isOver ? null : new Date(nextMs));
}

async function poll(
  deps: PaymentDeps,
  topUp: TopUp,
  provider: PaymentProvider | undefined,
  now: Date,
): Promise<void> {
  if (isToCredit(topUp.facts, topUp) && topUp.entryId === null) {
    await settleTopUp(deps, topUp);
    return;
  }
  const { siteId, paymentId } = topUp;
  if (provider && paymentId !== null)
    await takeReport(deps, { siteId, provider: provider.name }, await provider.fetchPayment(paymentId, now));
  if (now < topUp.expiresAt) return;
  // Nobody pays any more; and if it was paid nevertheless, that is credited all the same.
  await moveTopUp(deps, topUp, ({ facts }) =>
    facts.isExpired ? undefined : { facts: { ...facts, isExpired: true }, changedAt: now },
  );
}
