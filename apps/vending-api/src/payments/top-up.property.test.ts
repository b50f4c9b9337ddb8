import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "../db/model.ts";
import { householdAccount, type LedgerEntry, systemAccount } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { type Adjustment, adjustmentModel } from "../vending/adjustment.model.ts";
import type { PaymentProvider, PaymentReport, ReportedStatus } from "./payment-provider.ts";
import { pollTopUps } from "./poll-top-ups.ts";
import { startTopUp } from "./start-top-up.ts";
import { takeReport } from "./take-report.ts";
import { type TopUp, topUpModel } from "./top-up.model.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`; what needs no store has its own, with more runs. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 120);
/** Range 50–5000: each run is some dozen requests to the store, and a machine may have others to serve. */
const RUN_TIMEOUT_MS = 2000;
const AMOUNT = 5000;

const said = (status: ReportedStatus, amountMinor = AMOUNT, currency = "CNY", isOther = false) => ({
  do: "say" as const,
  status,
  amountMinor,
  currency,
  isOther,
});
const stepArbitrary = fc.oneof(
  { weight: 4, arbitrary: fc.constant(said("paid")) },
  { weight: 2, arbitrary: fc.constantFrom(said("pending"), said("failed"), said("expired")) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      said("paid", 4999),
      said("paid", AMOUNT, "EUR"),
      said("paid", AMOUNT, "CNY", true),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      said("refunded", 1000),
      said("refunded"),
      said("disputed"),
      said("disputed", 2000),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom({ do: "poll" as const }, { do: "return" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "close" as const }) },
);
type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** The plainest book of one payment, written without a look at the real one: what was heard, in the order in which it was. */
class PlainPayment {
  heard: string[] = [];
  isHouseholdOpen = true;
  isCredited = false;
  isRefused = false;
  back = { refunded: 0, disputed: 0 };
  takenBack = 0;

  hear({ status, amountMinor, currency, isOther }: Extract<Step, { do: "say" }>): void {
    const isRight = amountMinor === AMOUNT && currency === "CNY" && !isOther;
    if (status === "refunded" || status === "disputed")
      this.back[status] = Math.max(this.back[status], amountMinor);
    this.heard.push(status === "paid" && !isRight ? "odd" : status);
    const isAllBack = this.back.disputed > 0 || this.back.refunded === AMOUNT;
    if (this.heard.includes("paid") && !isAllBack && !this.isCredited && !this.isRefused) {
      if (this.isHouseholdOpen) this.isCredited = true;
      else this.isRefused = true;
    }
    const sum = this.back.refunded + this.back.disputed;
    if (this.isCredited && this.isHouseholdOpen && this.takenBack === 0)
      this.takenBack = Math.min(AMOUNT, sum);
  }

  get state(): string {
    const first = ["disputed", "refunded"].find((word) => this.heard.includes(word));
    if (first) return first;
    if (this.isCredited) return "credited";
    const order = { paid: "paid", odd: "mismatched", failed: "failed", expired: "expired" };
    const word = Object.keys(order).find((key) => this.heard.includes(key));
    return word === undefined ? "pending" : order[word as keyof typeof order];
  }
}

let api: TestApi;
let site: Site;
beforeAll(async () => {
  api = await startTestApi();
  site = {
    _id: newId(),
    name: "Payments",
    timeZone: "Asia/Shanghai",
    currency: "CNY",
    currencyDigits: 2,
    holidays: [],
    restWeekdays: [],
  };
  await siteModel(api.connection).create(site);
});
afterAll(() => api.stop());

/** Says whatever it was told to say last. */
function scriptedProvider(paymentId: string, last: () => PaymentReport): PaymentProvider {
  return {
    name: "scripted",
    createPayment: async () => ({ paymentId, redirectUrl: "https://pay.example/1" }),
    readWebhook: () => null,
    fetchPayment: async () => last(),
  };
}

async function newHousehold(): Promise<Household> {
  const id = newId();
  const household: Household = {
    _id: id,
    siteId: site._id,
    unitId: id,
    occupies: id,
    name: "Room",
    words: [],
    status: "open",
    tariffId: null,
    cutMinor: 0,
    releaseMinor: 0,
    openedAt: api.clock.now(),
    closedAt: null,
  };
  await householdModel(api.connection).create(household);
  return household;
}

async function check(plain: PlainPayment, topUpId: string, household: Household, steps: string) {
  const { connection } = api;
  const topUp = await topUpModel(connection).findById(topUpId).lean<TopUp | null>();
  const entries = await journalModel(connection)
    .find({ siteId: site._id, account: householdAccount(household._id) })
    .lean<LedgerEntry[]>();
  const head = await ledgerOf(connection).head({ siteId: site._id, householdId: household._id });
  const adjustments = await adjustmentModel(connection)
    .find({ householdId: household._id })
    .lean<Adjustment[]>();
  expect(topUp?.state, steps).toBe(plain.state);
  expect(
    entries.map(({ kind }) => kind),
    steps,
  ).toEqual(plain.isCredited ? ["purchase"] : []);
  expect(head.balance.CNY ?? 0, steps).toBe(plain.isCredited ? AMOUNT : 0);
  expect(topUp?.problem?.code, steps).toBe(plain.isRefused ? "household-closed" : undefined);
  expect(
    adjustments.map(({ amountMinor }) => -amountMinor),
    steps,
  ).toEqual(plain.takenBack > 0 ? [plain.takenBack] : []);
  for (const { postings } of entries)
    expect(postings[1]).toEqual({
      account: systemAccount("payments-scripted", site._id),
      commodity: "CNY",
      amount: -AMOUNT,
    });
}

it(
  "a payment comes to the same in whatever order, how often and how much at once its provider speaks",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(stepArbitrary, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 6 }),
        async (steps) => {
          const { deps, clock } = api;
          const household = await newHousehold();
          const paymentId = `pay-${household._id}`;
          let last: PaymentReport | undefined;
          const report = (step: Extract<Step, { do: "say" }>, topUpId: string): PaymentReport => ({
            eventId: newId(),
            at: clock.now(),
            status: step.status,
            topUpId,
            paymentIds: [step.isOther ? `other-${paymentId}` : paymentId],
            amountMinor: step.amountMinor,
            currency: step.currency,
          });
          const provider = scriptedProvider(paymentId, () => last ?? report(said("pending"), ""));
          const { topUp } = await startTopUp(
            deps,
            provider,
            {
              site,
              household,
              amountMinor: AMOUNT,
              limits: { minMinor: 1, maxMinor: AMOUNT },
              returnUrl: "https://x.example",
            },
            {
              by: { id: "r", name: "Resident" },
              idempotencyKey: household._id,
              requestHash: household._id,
              now: clock.now(),
            },
          );
          const plain = new PlainPayment();
          const source = { siteId: site._id, provider: "scripted" };
          for (const [step, times] of steps) {
            clock.advance(1000);
            if (step.do === "close") {
              plain.isHouseholdOpen = false;
              await householdModel(api.connection).updateOne(
                { _id: household._id },
                { $set: { status: "closed" } },
              );
            } else if (step.do === "say") {
              const words = Array.from({ length: times }, () => report(step, topUp._id));
              last = words[0];
              plain.hear(step);
              await Promise.all(words.map((word) => takeReport(deps, source, word)));
            } else if (step.do === "poll") {
              await topUpModel(api.connection).updateOne(
                { _id: topUp._id, nextPollAt: { $ne: null } },
                { $set: { nextPollAt: clock.now() } },
              );
              await pollTopUps(deps, async () => provider);
            }
            // `return`: the payer comes back to the page, which says nothing to anybody.
            await check(plain, topUp._id, household, JSON.stringify(steps));
          }
          await topUpModel(api.connection).updateOne({ _id: topUp._id }, { $set: { nextPollAt: null } });
        },
      ),
      { numRuns: RUNS },
    );
    expect((await verifyLedger(api.connection)).findings).toEqual([]);
  },
  30_000 + RUNS * RUN_TIMEOUT_MS,
);
