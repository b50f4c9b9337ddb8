import { createHash } from "node:crypto";
import { moveTopUp } from "./move-top-up.ts";
import type { PaymentDeps, Source } from "./payment-books.ts";
import type { PaymentReport } from "./payment-provider.ts";
import { settleTopUp } from "./settle-top-up.ts";
import type { StrayPayment } from "./stray-payment.model.ts";
import type { TopUp } from "./top-up.model.ts";
import { factsAfter } from "./top-up-facts.ts";

/**
 * Takes one report of a provider and does what follows from it. Resolves once all of it is stored, so that a provider that hears
 * nothing tells us again; told twice, late or out of order it comes to the same. Undefined: no such top-up is known, and the
 * report is kept until it is.
 */
export async function takeReport(
  deps: PaymentDeps,
  source: Source,
  report: PaymentReport,
): Promise<TopUp | undefined> {
  const topUp = await match(deps, source, report);
  if (!topUp) {
    await keepStray(deps, source, report);
    return undefined;
  }
  const settled = await settleTopUp(deps, await addReport(deps, topUp, report));
  return takeStrays(deps, settled);
}

async function match(
  { books }: PaymentDeps,
  source: Source,
  { topUpId, paymentIds }: PaymentReport,
): Promise<TopUp | null> {
  const named = topUpId === null ? null : await books.find(topUpId);
  const isOurs = named?.siteId === source.siteId && named.provider === source.provider;
  return isOurs ? named : books.findByReference(source, paymentIds);
}

async function addReport(deps: PaymentDeps, topUp: TopUp, report: PaymentReport): Promise<TopUp> {
  const { eventId, at, status, amountMinor, currency, paymentIds } = report;
  const taken = { eventId, at, status, amountMinor, currency };
  return moveTopUp(deps, topUp, (known) => {
    // The provider may speak before its answer to our order has reached us.
    const paymentId = known.paymentId ?? (isFirstWord(report) ? paymentIds[0] : null);
    const facts = factsAfter(known.facts, report, { ...known, paymentId });
    const references = [...new Set([...known.references, ...paymentIds])];
    if (facts !== known.facts)
      return { paymentId, facts, references, changedAt: deps.clock.now(), report: taken };
    const isKnown = paymentId === known.paymentId && references.length === known.references.length;
    return isKnown ? undefined : { paymentId, references };
  });
}

/** What follows a payment, like a refund, may come under another id than the payment's own. */
function isFirstWord({ topUpId, status }: PaymentReport): boolean {
  return topUpId !== null && status !== "refunded" && status !== "disputed";
}

async function keepStray(deps: PaymentDeps, source: Source, report: PaymentReport): Promise<void> {
  const { siteId, provider } = source;
  const { amountMinor, currency, status, paymentIds } = report;
  const stray: StrayPayment = {
    _id: strayIdOf(source, report),
    siteId,
    provider,
    report,
    receivedAt: deps.clock.now(),
    topUpId: null,
    resolvedBy: null,
    resolvedAt: null,
    resolution: "",
  };
  if (!(await deps.books.insertStray(stray))) return;
  deps.changes.publish({ resource: "stray-payments", id: stray._id, siteId });
  if (status === "pending" || status === "failed" || status === "expired") return;
  const alarm = { id: stray._id, siteId, at: stray.receivedAt };
  const params = { paymentId: paymentIds[0], amountMinor, currency, status };
  await deps.books.raiseAlarm("order-unknown", alarm, params);
}

function strayIdOf({ siteId, provider }: Source, { eventId }: PaymentReport): string {
  return createHash("sha256")
    .update(JSON.stringify([siteId, provider, eventId]))
    .digest("hex");
}

/** What was said about this payment before anybody knew whose it was. */
async function takeStrays(deps: PaymentDeps, topUp: TopUp): Promise<TopUp> {
  let settled = topUp;
  for (const { _id, report } of await deps.books.straysOf(topUp)) {
    settled = await settleTopUp(deps, await addReport(deps, settled, report));
    await deps.books.takeStray(_id, topUp._id);
  }
  return settled;
}
