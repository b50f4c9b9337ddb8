import { isDuplicateKey } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { householdAccount, type LedgerEntry, type Posting, systemAccount } from "../ledger/entry.ts";
import { providerAccount } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { type Decision, ledgerOf } from "../ledger/ledger.ts";
import { creditCircuitOf } from "../network/credit-circuit.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { proposeAdjustment } from "../vending/adjustments.ts";
import { deliver, tellPurchase } from "../vending/purchases.ts";
import { raisePaymentAlarm } from "./payment-alarms.ts";
import type { PaymentBooks, PaymentDeps } from "./payment-books.ts";
import { type StrayPayment, strayPaymentModel } from "./stray-payment.model.ts";
import { type TopUp, topUpModel } from "./top-up.model.ts";

type StoreDeps = Pick<Deps, "connection" | "clock" | "changes" | "profiles" | "log">;

export function paymentDeps(deps: StoreDeps): PaymentDeps {
  const { clock, changes, log } = deps;
  return { clock, changes, log, books: storedPayments(deps) };
}

function storedPayments(deps: StoreDeps): PaymentBooks {
  const topUps = topUpModel(deps.connection);
  const strays = strayPaymentModel(deps.connection);
  return {
    find: (id) => topUps.findById(id).lean<TopUp | null>().exec(),
    findByKey: (siteId, requestKey) => topUps.findOne({ siteId, requestKey }).lean<TopUp | null>().exec(),
    findByReference: (source, paymentIds) =>
      topUps
        .findOne({ ...source, references: { $in: [...paymentIds] } })
        .lean<TopUp | null>()
        .exec(),
    insert: (topUp) => unlessThere(topUps.create(topUp)),
    write: ({ _id, revision }, set, report) =>
      topUps
        .findOneAndUpdate(
          { _id, revision },
          {
            $set: set,
            $inc: { revision: 1 },
            ...(report === undefined ? {} : { $push: { reports: report } }),
          },
          { returnDocument: "after" },
        )
        .lean<TopUp | null>()
        .exec(),
    due: (now, most) =>
      topUps
        .find({ nextPollAt: { $lte: now } })
        .sort({ nextPollAt: 1 })
        .limit(most)
        .lean<TopUp[]>()
        .exec(),
    claimLook: ({ _id, nextPollAt: dueAt }, nextPollAt) =>
      topUps
        .findOneAndUpdate(
          { _id, nextPollAt: dueAt },
          { $set: { nextPollAt }, $inc: { polls: 1 } },
          { returnDocument: "after" },
        )
        .lean<TopUp | null>()
        .exec(),
    insertStray: (stray) => unlessThere(strays.create(stray)),
    straysOf: ({ siteId, provider, references }) =>
      strays
        .find({ siteId, provider, topUpId: null, "report.paymentIds": { $in: references } })
        .sort({ receivedAt: 1, _id: 1 })
        .lean<StrayPayment[]>()
        .exec(),
    async takeStray(_id, topUpId) {
      await strays.updateOne({ _id }, { $set: { topUpId } });
    },
    credit: (topUp) => postCredit(deps, topUp),
    proposeTaking: (topUp, entryId, takenMinor) => proposeTaking(deps, topUp, entryId, takenMinor),
    raiseAlarm: (problem, payment, params) => raisePaymentAlarm(deps, problem, payment, params),
  };
}

async function unlessThere(created: Promise<unknown>): Promise<boolean> {
  try {
    await created;
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

async function postCredit(deps: StoreDeps, topUp: TopUp): Promise<LedgerEntry> {
  const { connection, clock } = deps;
  const { _id: topUpId, siteId, householdId, provider, paymentId, amountMinor, currency, by } = topUp;
  if (paymentId === null) throw new ApiError("internal", `top-up ${topUpId} is paid and has no payment`);
  const postings: Posting[] = [
    { account: householdAccount(householdId), commodity: currency, amount: amountMinor },
    {
      account: systemAccount(providerAccount(provider), siteId),
      commodity: currency,
      amount: -amountMinor,
    },
  ];
  const { entry } = await ledgerOf(connection).post({
    siteId,
    householdId,
    refSpace: "payment",
    ref: `${siteId}:${provider}:${paymentId}`,
    requestHash: topUpId,
    async decide(): Promise<Decision> {
      const at = clock.now();
      const household = await householdModel(connection).findById(householdId).lean<Household | null>();
      if (household?.status !== "open")
        return { refuse: { code: "household-closed", detail: new ApiError("household-closed").message }, at };
      const circuit = await creditCircuitOf(connection, householdId);
      return {
        accept: {
          kind: "purchase",
          at,
          by,
          note: "",
          postings,
          details: {
            method: "provider",
            provider,
            paymentId,
            topUpId,
            ...(circuit === undefined ? {} : { circuitId: circuit._id }),
          },
        },
      };
    },
  });
  await deliver(deps, entry);
  await tellPurchase(deps, entry);
  return entry;
}

async function proposeTaking(
  deps: StoreDeps,
  topUp: TopUp,
  entryId: string,
  takenMinor: number,
): Promise<string> {
  const { connection } = deps;
  const [household, purchase] = await Promise.all([
    householdModel(connection).findById(topUp.householdId).lean<Household | null>(),
    journalModel(connection).findOne({ siteId: topUp.siteId, _id: entryId }).lean<LedgerEntry | null>(),
  ]);
  if (!household || !purchase) throw new ApiError("internal", `top-up ${topUp._id} has lost its purchase`);
  const reason = `Payment ${topUp.paymentId} was taken back by ${topUp.provider}`;
  const { adjustment } = await proposeAdjustment(
    deps,
    { household, purchase, amountMinor: -takenMinor, reason },
    {
      by: { id: providerAccount(topUp.provider), name: topUp.provider },
      idempotencyKey: `top-up:${topUp._id}`,
      requestHash: topUp._id,
      now: topUp.changedAt,
    },
  );
  return adjustment._id;
}
