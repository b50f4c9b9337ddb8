import fc from "fast-check";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../db/model.ts";
import { householdAccount, type LedgerEntry, systemAccount } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { type ManualClock, manualClock } from "../testing/manual-clock.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { type Adjustment, adjustmentModel } from "../vending/adjustment.model.ts";
import type { PaymentDeps } from "./payment-books.ts";
import type { PaymentProvider, PaymentReport, ReportedStatus } from "./payment-provider.ts";
import { pollTopUps } from "./poll-top-ups.ts";
import { startTopUp } from "./start-top-up.ts";
import { paymentDeps } from "./stored-payments.ts";
import { takeReport } from "./take-report.ts";
import { inMemoryPayments } from "./testing/in-memory-payments.ts";
import { type TopUp, topUpModel } from "./top-up.model.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);
/** Each is a hundred requests to the store: so many show that it does what plain values do. */
const RUNS_ON_THE_STORE = 15;
/** Seconds where nobody else is; a busy machine takes longer. */
const STORE_TIMEOUT_MS = 120_000;
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

/** What came of a payment, wherever it stands. */
interface Seen {
  topUp: TopUp | null;
  kinds: string[];
  balanceMinor: number;
  takenBackMinor: number[];
}

/** Where payments are kept, and what else they touch. */
interface Bench {
  deps: PaymentDeps;
  clock: ManualClock;
  addHousehold(household: Household): Promise<void>;
  closeHousehold(id: string): Promise<void>;
  /** Its next look is due now, if there is one. */
  hasten(topUpId: string): Promise<void>;
  see(topUpId: string, householdId: string): Promise<Seen>;
}

const site: Site = {
  _id: newId(),
  name: "Payments",
  timeZone: "Asia/Shanghai",
  currency: "CNY",
  currencyDigits: 2,
  holidays: [],
  restWeekdays: [],
};

function newHousehold(clock: ManualClock): Household {
  const id = newId();
  return {
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
    openedAt: clock.now(),
    closedAt: null,
  };
}

/** Says whatever it was told to say last. */
function scriptedProvider(paymentId: string, last: () => PaymentReport): PaymentProvider {
  return {
    name: "scripted",
    createPayment: async () => ({ paymentId, redirectUrl: "https://pay.example/1" }),
    readWebhook: () => null,
    fetchPayment: async () => last(),
  };
}

const plan = fc.array(fc.tuple(stepArbitrary, fc.integer({ min: 1, max: 3 })), {
  minLength: 1,
  maxLength: 6,
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

/** `together` lets whatever is under way come to its end, in whatever order. */
async function live(
  { deps, clock, ...bench }: Bench,
  steps: Plan,
  together: <T>(work: Promise<T>) => Promise<T>,
): Promise<void> {
  const household = newHousehold(clock);
  await bench.addHousehold(household);
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
  const order = {
    site,
    household,
    amountMinor: AMOUNT,
    limits: { minMinor: 1, maxMinor: AMOUNT },
    returnUrl: "https://x.example",
  };
  const request = {
    by: { id: "r", name: "Resident" },
    idempotencyKey: household._id,
    requestHash: household._id,
    now: clock.now(),
  };
  const { topUp } = await together(startTopUp(deps, provider, order, request));
  const plain = new PlainPayment();
  const source = { siteId: site._id, provider: "scripted" };
  for (const [step, times] of steps) {
    clock.advance(1000);
    if (step.do === "close") {
      plain.isHouseholdOpen = false;
      await bench.closeHousehold(household._id);
    } else if (step.do === "say") {
      const words = Array.from({ length: times }, () => report(step, topUp._id));
      last = words[0];
      plain.hear(step);
      await together(Promise.all(words.map((word) => takeReport(deps, source, word))));
    } else if (step.do === "poll") {
      await bench.hasten(topUp._id);
      await together(pollTopUps(deps, async () => provider));
    }
    // `return`: the payer comes back to the page, which says nothing to anybody.
    const seen = await bench.see(topUp._id, household._id);
    expect(seen.topUp?.state).toBe(plain.state);
    expect(seen.kinds).toEqual(plain.isCredited ? ["purchase"] : []);
    expect(seen.balanceMinor).toBe(plain.isCredited ? AMOUNT : 0);
    expect(seen.topUp?.problem?.code).toBe(plain.isRefused ? "household-closed" : undefined);
    expect(seen.takenBackMinor).toEqual(plain.takenBack > 0 ? [plain.takenBack] : []);
  }
}

function inMemoryBench(pause: () => Promise<void>): Bench {
  const clock = manualClock();
  const { books, closed, topUps, credits, adjustments } = inMemoryPayments(clock.now, pause);
  const changes: PaymentDeps["changes"] = {
    publish: () => undefined,
    subscribe: () => () => undefined,
    since: async () => [],
    position: async () => 0,
  };
  return {
    deps: { books, clock, changes, log: pino({ level: "silent" }) },
    clock,
    addHousehold: async () => undefined,
    closeHousehold: async (id) => void closed.add(id),
    async hasten(id) {
      const topUp = topUps.get(id);
      if (topUp && topUp.nextPollAt !== null) topUps.set(id, { ...topUp, nextPollAt: clock.now() });
    },
    async see(topUpId, householdId) {
      const own = [...credits.values()].flatMap((credit) =>
        credit !== "household-closed" && credit.householdId === householdId ? [credit.amountMinor] : [],
      );
      return {
        topUp: topUps.get(topUpId) ?? null,
        kinds: own.map(() => "purchase"),
        balanceMinor: own.reduce((sum, amountMinor) => sum + amountMinor, 0),
        takenBackMinor: [...adjustments.values()].map(({ takenMinor }) => takenMinor),
      };
    },
  };
}

function storeBench({ connection, deps, clock }: TestApi): Bench {
  const topUps = topUpModel(connection);
  return {
    deps: paymentDeps(deps),
    clock,
    addHousehold: async (household) => void (await householdModel(connection).create(household)),
    closeHousehold: async (_id) =>
      void (await householdModel(connection).updateOne({ _id }, { $set: { status: "closed" } })),
    async hasten(_id) {
      // Nobody else's: they come from runs before this one.
      await topUps.updateMany({ _id: { $ne: _id } }, { $set: { nextPollAt: null } });
      await topUps.updateOne({ _id, nextPollAt: { $ne: null } }, { $set: { nextPollAt: clock.now() } });
    },
    async see(topUpId, householdId) {
      const [topUp, entries, head, adjustments] = await Promise.all([
        topUps.findById(topUpId).lean<TopUp | null>(),
        journalModel(connection)
          .find({ siteId: site._id, account: householdAccount(householdId) })
          .lean<LedgerEntry[]>(),
        ledgerOf(connection).head({ siteId: site._id, householdId }),
        adjustmentModel(connection).find({ householdId }).lean<Adjustment[]>(),
      ]);
      for (const { postings } of entries)
        expect(postings[1]).toEqual({
          account: systemAccount("payments-scripted", site._id),
          commodity: "CNY",
          amount: -AMOUNT,
        });
      return {
        topUp,
        kinds: entries.map(({ kind }) => kind),
        balanceMinor: head.balance.CNY ?? 0,
        takenBackMinor: adjustments.map(({ amountMinor }) => -amountMinor),
      };
    },
  };
}

describe("a payment comes to the same in whatever order, how often and how much at once its provider speaks", () => {
  it("on plain values, whichever operation comes first", async () => {
    await fc.assert(
      fc.asyncProperty(plan, fc.scheduler(), async (steps, scheduler) => {
        const bench = inMemoryBench(() => scheduler.schedule(Promise.resolve()));
        await live(bench, steps, (work) => scheduler.waitFor(work));
      }),
      { numRuns: RUNS },
    );
  });

  describe("on the store", () => {
    let api: TestApi;
    beforeAll(async () => {
      api = await startTestApi();
      await siteModel(api.connection).create(site);
    });
    afterAll(() => api.stop());

    it(
      "as well, with a sound ledger",
      async () => {
        await fc.assert(
          fc.asyncProperty(plan, (steps) => live(storeBench(api), steps, (work) => work)),
          { numRuns: RUNS_ON_THE_STORE },
        );
        expect((await verifyLedger(api.connection)).findings).toEqual([]);
      },
      STORE_TIMEOUT_MS,
    );
  });
});
