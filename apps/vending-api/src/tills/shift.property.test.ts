import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "../db/model.ts";
import { isApiError } from "../errors.ts";
import { type LedgerEntry, systemAccount } from "../ledger/entry.ts";
import { PAYMENT_METHOD_NAMES, PAYMENT_METHODS, type PaymentMethod } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import type { MoneyRequest } from "../ledger/money-request.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite } from "../testing/test-site.ts";
import { sellCredit, voidPurchase } from "../vending/purchases.ts";
import { closeShift } from "./close-shift.ts";
import { tillReportOf } from "./present-shift.ts";
import { totalsOf } from "./shift-entries.ts";
import { perMethod, shiftTotals, type Takings } from "./shift-totals.ts";
import { moveCash, openShift } from "./shifts.ts";
import { type TillShift, tillShiftModel } from "./till-shift.model.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);
/** Range 50–5000: each run is some dozen requests to the store, and a machine may have others to serve. */
const RUN_TIMEOUT_MS = 2000;

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

/** Two persons and two tills at a site of their own. */
async function startRun(required: boolean) {
  const site: Site = { ...siteRow, _id: newId(), name: newId(), tillsRequired: required };
  const householdId = newId();
  await siteModel(api.connection).create(site);
  await householdModel(api.connection).create({
    ...household,
    _id: householdId,
    siteId: site._id,
    unitId: newId(),
  });
  const shifts: string[] = [];
  const sales: string[] = [];
  const shiftAt = async (index: number) => {
    const shift = await tillShiftModel(api.connection).findById(shifts[index]).lean<TillShift | null>();
    if (!shift) throw new Error(`there is no shift ${index}`);
    return shift;
  };

  async function perform(step: Step, request: MoneyRequest, plain: PlainTills): Promise<void> {
    const { deps, connection } = api;
    switch (step.do) {
      case "open": {
        const till = { _id: `${site._id}-${step.till}`, siteId: site._id, name: "", isRetired: false };
        const { shift } = await openShift(deps, till, step.amount, request);
        if (!shifts.includes(shift._id)) shifts.push(shift._id);
        return;
      }
      case "sell": {
        const sale = {
          siteId: site._id,
          householdId,
          amountMinor: step.amount,
          method: step.method,
          note: "",
        };
        const { entry } = await sellCredit(deps, sale, request);
        if (!sales.includes(entry._id)) sales.push(entry._id);
        return;
      }
      case "void": {
        const purchase = await journalModel(connection).findById(sales[step.sale]).lean();
        await voidPurchase(deps, purchase as never, "slip", request);
        return;
      }
      case "move": {
        const movement = { kind: step.kind, amountMinor: step.amount, reason: "change" };
        await moveCash(deps, await shiftAt(step.shift), movement, request);
        return;
      }
      case "close": {
        const counted = plain.shifts[step.shift]?.counted ?? { cash: step.amount, card: 0, transfer: 0 };
        await closeShift(deps, await shiftAt(step.shift), { counted, note: "" }, request);
      }
    }
  }

  /** Every shift as the model has it, and as the ledger's accounts of the till have it. */
  async function check(plain: PlainTills): Promise<void> {
    const { connection } = api;
    const [rows, entries] = await Promise.all([
      tillShiftModel(connection).find({ siteId: site._id }).lean<TillShift[]>(),
      journalModel(connection)
        .find({ siteId: site._id, kind: { $ne: "refusal" } })
        .lean<LedgerEntry[]>(),
    ]);
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
    const account = systemAccount(PAYMENT_METHODS[method].account, site._id);
    return entries
      .flatMap(({ postings }) => postings)
      .reduce((sum, posting) => (posting.account === account ? sum + posting.amount : sum), 0);
  }

  /** As the API reads them: by time and shift, checked against the ledger. */
  async function checkReading(): Promise<void> {
    const rows = await tillShiftModel(api.connection).find({ siteId: site._id }).lean<TillShift[]>();
    for (const shift of rows) {
      const live = await totalsOf(api.connection, { ...shift, totals: null });
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

it(
  "tills answer and hold what the plainest tills do, and what the ledger says, after every step",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(stepArbitrary, fc.boolean()), { maxLength: 8 }),
        fc.boolean(),
        async (steps, required) => {
          const plain: PlainTills = { shifts: [], sales: [], required };
          const run = await startRun(required);
          for (const [step, isSentTwice] of steps) {
            const expected = predict(plain, step);
            if (expected === "nothing") continue;
            const request: MoneyRequest = {
              by: { id: `person-${step.person}`, name: "" },
              idempotencyKey: newId(),
              requestHash: JSON.stringify(step),
              now: api.clock.now(),
            };
            expect(await answerOf(run.perform(step, request, plain))).toBe(expected);
            if (isSentTwice) expect(await answerOf(run.perform(step, request, plain))).toBe(expected);
            await run.check(plain);
          }
          await run.checkReading();
        },
      ),
      { numRuns: RUNS },
    );
    expect((await verifyLedger(api.connection)).findings).toEqual([]);
  },
  RUNS * RUN_TIMEOUT_MS,
);
