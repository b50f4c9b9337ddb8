import { createHash } from "node:crypto";
import { isDuplicateKey } from "../db/model.ts";
import { moveTopUp } from "./move-top-up.ts";
import { raisePaymentAlarm } from "./payment-alarms.ts";
import type { PaymentReport } from "./payment-provider.ts";
import { type PaymentDeps, settleTopUp } from "./settle-top-up.ts";
import { type StrayPayment, strayPaymentModel } from "./stray-payment.model.ts";
import { type TopUp, topUpModel } from "./top-up.model.ts";
import { factsAfter } from "./top-up-facts.ts";

interface Source {
  siteId: string;
  provider: string;
}

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
  { connection }: PaymentDeps,
  { siteId, provider }: Source,
  { topUpId, paymentIds }: PaymentReport,
): Promise<TopUp | null> {
  const topUps = topUpModel(connection);
  const ours = { siteId, provider };
  const named =
    topUpId === null ? null : await topUps.findOne({ _id: topUpId, ...ours }).lean<TopUp | null>();
  return named ?? topUps.findOne({ ...ours, references: { $in: [...paymentIds] } }).lean<TopUp | null>();
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
  try {
    await strayPaymentModel(deps.connection).create(stray);
  } catch (error) {
    if (isDuplicateKey(error)) return;
    throw error;
  }
  deps.changes.publish({ resource: "stray-payments", id: stray._id, siteId });
  if (status === "pending" || status === "failed" || status === "expired") return;
  const alarm = { id: stray._id, siteId, at: stray.receivedAt };
  await raisePaymentAlarm(deps, "order-unknown", alarm, {
    paymentId: paymentIds[0],
    amountMinor,
    currency,
    status,
  });
}

function strayIdOf({ siteId, provider }: Source, { eventId }: PaymentReport): string {
  return createHash("sha256")
    .update(JSON.stringify([siteId, provider, eventId]))
    .digest("hex");
}

/** What was said about this payment before anybody knew whose it was. */
async function takeStrays(deps: PaymentDeps, topUp: TopUp): Promise<TopUp> {
  const strays = strayPaymentModel(deps.connection);
  const { siteId, provider, references } = topUp;
  const mine = await strays
    .find({ siteId, provider, topUpId: null, "report.paymentIds": { $in: references } })
    .sort({ receivedAt: 1, _id: 1 })
    .lean<StrayPayment[]>();
  let settled = topUp;
  for (const { _id, report } of mine) {
    settled = await settleTopUp(deps, await addReport(deps, settled, report));
    await strays.updateOne({ _id }, { $set: { topUpId: topUp._id } });
  }
  return settled;
}
