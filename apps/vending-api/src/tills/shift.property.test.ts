import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { type ErrorCode, isApiError } from "../errors.ts";
import { balancedPostings, type LedgerEntry, reversedPostings, systemAccount } from "../ledger/entry.ts";
import { PAYMENT_METHOD_NAMES, PAYMENT_METHODS, type PaymentMethod } from "../ledger/entry-kinds.ts";
import { isRefusal, journalModel } from "../ledger/journal.model.ts";
import { openLedger } from "../ledger/ledger.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import { inMemoryJournal, noBalanceRows } from "../ledger/testing/in-memory-journal.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { manualClock } from "../testing/manual-clock.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite } from "../testing/test-site.ts";
import { sellCredit, voidPurchase, voidRefusal } from "../vending/purchases.ts";
import { closeShift } from "./close-shift.ts";
import { tillReportOf } from "./present-shift.ts";
import { checkedTotals } from "./shift-entries.ts";
import { withinShift } from "./shift-entry.ts";
import { perMethod, shiftTotals, type Takings } from "./shift-totals.ts";
import { moveCash, openShift } from "./shifts.ts";
import { inMemoryTills } from "./testing/in-memory-tills.ts";
import { storedTills, type TillBooks } from "./till-books.ts";
import { type TillShift, tillShiftModel } from "./till-shift.model.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);
/** Each is some dozen requests to the store: so many show that it does what plain values do. */
const RUNS_ON_THE_STORE = 15;
/** Seconds where nobody else is; a busy machine takes longer. */
const STORE_TIMEOUT_MS = 120_000;
const NOW = new Date("2040-03-02T08:00:00.000Z");
const CURRENCY = "CNY";

const person = fc.constantFrom(0 as const, 1 as const);
const amount = fc.integer({ min: 1, max: 500 });
const stepArbitrary = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("open" as const), person, till: person, amount }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("sell" as const),
      person,
      amount,
      method: fc.constantFrom(...PAYMENT_METHOD_NAMES),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("void" as const), person, sale: fc.nat(5) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("move" as const),
      person,
      shift: fc.nat(3),
      kind: fc.constantFrom("cash-in" as const, "cash-out" as const),
      amount,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("close" as const), person, shift: fc.nat(3), amount }),
  },
);
type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** The plainest tills: numbers in memory, written without a look at the real ones. */
interface PlainShift {
  person: number;
  till: number;
  isOpen: boolean;
  holds: Takings;
  counted: Takings | null;
}
interface PlainSale {
  method: PaymentMethod;
  amount: number;
  shift: PlainShift | undefined;
  isVoided: boolean;
}
interface PlainTills {
  shifts: PlainShift[];
  sales: PlainSale[];
  required: boolean;
}

/** What the step must answer; it is then in the model. */
function predict(plain: PlainTills, step: Step): string {
  const { shifts, sales } = plain;
  const openOf = (who: number) => shifts.find(({ person: holder, isOpen }) => isOpen && holder === who);
  switch (step.do) {
    case "open": {
      if (openOf(step.person)) return "shift-open-already";
      if (shifts.some(({ till, isOpen }) => isOpen && till === step.till)) return "till-in-use";
      const holds = { cash: step.amount, card: 0, transfer: 0 };
      shifts.push({ person: step.person, till: step.till, isOpen: true, holds, counted: null });
      return "done";
    }
    case "sell": {
      const shift = openOf(step.person);
      if (!shift && plain.required) return "no-open-shift";
      if (shift) shift.holds[step.method] += step.amount;
      sales.push({ method: step.method, amount: step.amount, shift, isVoided: false });
      return "done";
    }
    case "void": {
      const sale = sales[step.sale];
      if (!sale) return "nothing";
      if (sale.isVoided) return "already-voided";
      if (sale.shift && !sale.shift.isOpen) return "void-window-over";
      sale.isVoided = true;
      if (sale.shift) sale.shift.holds[sale.method] -= sale.amount;
      return "done";
    }
    case "move": {
      const shift = shifts[step.shift];
      if (!shift) return "nothing";
      if (step.kind === "cash-out" && step.amount > shift.holds.cash) return "not-enough-cash";
      if (!shift.isOpen) return "shift-closed";
      shift.holds.cash += step.kind === "cash-in" ? step.amount : -step.amount;
      return "done";
    }
    case "close": {
      const shift = shifts[step.shift];
      if (!shift) return "nothing";
      if (!shift.isOpen) return "shift-closed";
      shift.isOpen = false;
      shift.counted = { ...shift.holds, cash: step.amount };
      return "done";
    }
  }
}

/** Where a run is performed: sales and voids as a desk makes them, on books that can be read. */
interface Bench {
  books: TillBooks;
  siteId: string;
  sell(sale: { amount: number; method: PaymentMethod }, request: MoneyRequest): Promise<LedgerEntry>;
  takeBack(purchase: LedgerEntry, request: MoneyRequest): Promise<void>;
  shifts(): Promise<TillShift[]>;
  entries(): Promise<LedgerEntry[]>;
}

const silence: Deps["changes"] = {
  publish: () => undefined,
  subscribe: () => () => undefined,
  since: async () => [],
  position: async () => 0,
};
const clock = manualClock(NOW.toISOString());

/** Sales and voids by the rules of tills alone: the rest of a desk needs a store. */
function inMemoryBench(required: boolean): Bench {
  const journal = inMemoryJournal();
  const books = inMemoryTills(openLedger(journal, noBalanceRows), journal);
  const [siteId, householdId] = ["site", "household"];
  const entries = () => journal.rows().filter((row): row is LedgerEntry => !isRefusal(row));
  const post = async ({ by, now, idempotencyKey: ref, requestHash }: MoneyRequest, decide: () => Decided) => {
    const { entry } = await books.post({
      siteId,
      householdId,
      refSpace: "request",
      ref,
      requestHash,
      decide() {
        const decided = decide();
        return "refused" in decided
          ? { refuse: { code: decided.refused, detail: "" }, at: now }
          : { accept: { at: now, by, note: "", ...decided } };
      },
    });
    return entry;
  };
  return {
    books,
    siteId,
    sell: ({ amount, method }, request) =>
      withinShift(books, { siteId, personId: request.by.id }, householdId, request, (shiftId) =>
        post(request, () => {
          if (shiftId === undefined && required) return { refused: "no-open-shift" };
          const movement = { siteId, householdId, commodity: CURRENCY, amount };
          const details = { method, ...(shiftId === undefined ? {} : { shiftId }) };
          return { kind: "purchase", postings: balancedPostings("purchase", movement, method), details };
        }),
      ),
    async takeBack(purchase, request) {
      const { shiftId, method } = purchase.details;
      const decide = (openId: string | undefined) => (): Decided => {
        if (entries().some(({ details }) => details.purchaseId === purchase._id))
          return { refused: "already-voided" };
        if (voidRefusal(purchase, openId !== undefined, request.now)) return { refused: "void-window-over" };
        const details = {
          purchaseId: purchase._id,
          method: method ?? "",
          ...(openId === undefined ? {} : { shiftId: openId }),
        };
        return { kind: "void", postings: reversedPostings(purchase.postings), details };
      };
      if (typeof shiftId !== "string") await post(request, decide(undefined));
      else
        await withinShift(books, { shiftId }, householdId, request, (openId) =>
          post(request, decide(openId)),
        );
    },
    shifts: () => books.all(),
    entries: async () => entries(),
  };
}

type Decided = Pick<LedgerEntry, "kind" | "postings" | "details"> | { refused: ErrorCode };

/** Two persons and two tills. */
function startRun({ books, siteId, ...bench }: Bench) {
  const shifts: string[] = [];
  const sales: LedgerEntry[] = [];
  const shiftAt = async (index: number) => {
    const shift = await books.find(shifts[index] ?? "");
    if (!shift) throw new Error(`there is no shift ${index}`);
    return shift;
  };

  async function perform(step: Step, request: MoneyRequest, plain: PlainTills): Promise<void> {
    switch (step.do) {
      case "open": {
        const till = { _id: `${siteId}-${step.till}`, siteId, name: "", isRetired: false };
        const { shift } = await openShift(books, silence, till, step.amount, request);
        if (!shifts.includes(shift._id)) shifts.push(shift._id);
        return;
      }
      case "sell": {
        const entry = await bench.sell(step, request);
        if (!sales.some(({ _id }) => _id === entry._id)) sales.push(entry);
        return;
      }
      case "void": {
        const purchase = sales[step.sale];
        if (!purchase) throw new Error(`there is no sale ${step.sale}`);
        await bench.takeBack(purchase, request);
        return;
      }
      case "move": {
        const movement = { kind: step.kind, amountMinor: step.amount, reason: "change" };
        await moveCash(books, silence, await shiftAt(step.shift), movement, request);
        return;
      }
      case "close": {
        const counted = plain.shifts[step.shift]?.counted ?? { cash: step.amount, card: 0, transfer: 0 };
        const deps = { changes: silence, clock };
        await closeShift(books, deps, await shiftAt(step.shift), { counted, note: "" }, request);
      }
    }
  }

  /** Every shift as the model has it, and as the ledger's accounts of the till have it. */
  async function check(plain: PlainTills): Promise<void> {
    const [rows, entries] = await Promise.all([bench.shifts(), bench.entries()]);
    for (const [index, { holds, isOpen, counted }] of plain.shifts.entries()) {
      const shift = rows.find(({ _id }) => _id === shifts[index]) as TillShift;
      const its = entries.filter(({ details }) => details.shiftId === shift._id);
      const report = tillReportOf(shift, shift.totals ?? shiftTotals(its));
      expect(report).toMatchObject({ state: isOpen ? "open" : "closed", expected: holds, counted });
      if (counted) expect(report.difference).toEqual(perMethod((method) => counted[method] - holds[method]));
      const moved = shift.movements.reduce(
        (sum, { kind, amountMinor }) => sum + (kind === "cash-in" ? amountMinor : -amountMinor),
        shift.floatMinor,
      );
      for (const method of PAYMENT_METHOD_NAMES)
        expect(holds[method]).toBe((method === "cash" ? moved : 0) - owedBy(method, its));
    }
    const open = rows.filter(({ isOpen }) => isOpen);
    expect(new Set(open.map(({ tillId }) => tillId)).size).toBe(open.length);
    expect(new Set(open.map(({ person: { id } }) => id)).size).toBe(open.length);
    expect(open).toHaveLength(plain.shifts.filter(({ isOpen }) => isOpen).length);
  }

  /** What the ledger's account of the method says of these entries. */
  function owedBy(method: PaymentMethod, entries: readonly LedgerEntry[]): number {
    const account = systemAccount(PAYMENT_METHODS[method].account, siteId);
    return entries
      .flatMap(({ postings }) => postings)
      .reduce((sum, posting) => (posting.account === account ? sum + posting.amount : sum), 0);
  }

  /** As the API reads them: by time and shift, checked against the ledger. */
  async function checkReading(): Promise<void> {
    for (const shift of await bench.shifts()) {
      const live = checkedTotals(shift, await books.entriesOf(shift));
      expect(shift.totals ?? live).toEqual(live);
    }
  }

  return { perform, check, checkReading };
}

async function answerOf(work: Promise<void>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    if (isApiError(error)) return error.code;
    throw error;
  }
}

/** Answers and holds what the plainest tills do, and what the ledger says, after every step. */
async function agrees(bench: Bench, steps: readonly (readonly [Step, boolean])[], required: boolean) {
  const plain: PlainTills = { shifts: [], sales: [], required };
  const run = startRun(bench);
  for (const [step, isSentTwice] of steps) {
    const expected = predict(plain, step);
    if (expected === "nothing") continue;
    const request: MoneyRequest = {
      by: { id: `person-${step.person}`, name: "" },
      idempotencyKey: newId(),
      requestHash: JSON.stringify(step),
      now: NOW,
    };
    expect(await answerOf(run.perform(step, request, plain))).toBe(expected);
    if (isSentTwice) expect(await answerOf(run.perform(step, request, plain))).toBe(expected);
    await run.check(plain);
  }
  await run.checkReading();
}

const stepsArbitrary = fc.array(fc.tuple(stepArbitrary, fc.boolean()), { maxLength: 8 });

describe("tills against the plainest ones", () => {
  it("answer and hold alike, with the ledger, after every step", async () => {
    await fc.assert(
      fc.asyncProperty(stepsArbitrary, fc.boolean(), (steps, required) =>
        agrees(inMemoryBench(required), steps, required),
      ),
      { numRuns: RUNS },
    );
  });
});

describe("tills on a store against the plainest ones", () => {
  let api: TestApi;
  let household: Household;
  let siteRow: Site;

  beforeAll(async () => {
    api = await startTestApi();
    const site = await addTestSite(api, { rooms: 1 });
    const found = await Promise.all([
      siteModel(api.connection).findById(site.siteId).lean<Site | null>(),
      householdModel(api.connection).findById(site.rooms[0]?.householdId).lean<Household | null>(),
    ]);
    if (!found[0] || !found[1]) throw new Error("the test site is missing");
    [siteRow, household] = found;
  });
  afterAll(() => api.stop());

  /** At a site of its own. */
  async function storedBench(required: boolean): Promise<Bench> {
    const { connection, deps } = api;
    const site: Site = { ...siteRow, _id: newId(), name: newId(), tillsRequired: required };
    const [siteId, householdId] = [site._id, newId()];
    await siteModel(connection).create(site);
    await householdModel(connection).create({ ...household, _id: householdId, siteId, unitId: newId() });
    return {
      books: storedTills(connection),
      siteId,
      async sell({ amount: amountMinor, method }, request) {
        const sale = { siteId, householdId, amountMinor, method, note: "" };
        return (await sellCredit(deps, sale, request)).entry;
      },
      async takeBack(purchase, request) {
        await voidPurchase(deps, purchase, "slip", request);
      },
      shifts: () => tillShiftModel(connection).find({ siteId }).lean<TillShift[]>(),
      entries: () =>
        journalModel(connection)
          .find({ siteId, kind: { $ne: "refusal" } })
          .lean<LedgerEntry[]>(),
    };
  }

  it(
    "answer and hold alike, with the ledger, after every step",
    async () => {
      await fc.assert(
        fc.asyncProperty(stepsArbitrary, fc.boolean(), async (steps, required) =>
          agrees(await storedBench(required), steps, required),
        ),
        { numRuns: RUNS_ON_THE_STORE },
      );
      expect((await verifyLedger(api.connection)).findings).toEqual([]);
    },
    STORE_TIMEOUT_MS,
  );
});
