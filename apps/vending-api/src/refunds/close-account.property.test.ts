import fc from "fast-check";
import { expect, it } from "vitest";
import { isApiError } from "../errors.ts";
import {
  balancedPostings,
  type ChainHead,
  chainEntry,
  EMPTY_CHAIN,
  type EntryBody,
  headAfter,
  type LedgerEntry,
} from "../ledger/entry.ts";
import { findingsOf } from "../ledger/invariants.ts";
import { type RatedUse, settleUse, usagePostings } from "../ledger/settle-use.ts";
import { PlainAccount } from "../rating/testing/plain-account.ts";
import { type AccountBooks, type ClosingOrder, closeAccount } from "./close-account.ts";
import type { WithdrawalResult } from "./withdrawal.model.ts";

/** 500 in every test run; `HALLMETER_TEST_RUNS=10000` for the long one. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);
const SITE = "s1";
const HOUSEHOLD = "h1";
const CURRENCY = "XTS";
/** JPY, CNY, KWD. */
const NANO_PER_MINOR = [1_000_000_000, 10_000_000, 1_000_000] as const;
const FEMTO_PER_NANO = 1_000_000n;
const AT = new Date("2026-06-30T10:00:00.000Z");
const BY = { id: "u1", name: "Zhang Min" };

const minor = fc.integer({ min: 1, max: 3000 });
const grantArbitrary = fc.record({
  do: fc.constant("grant" as const),
  amount: minor,
  commodity: fc.constantFrom(CURRENCY, "Wh"),
});
const eventArbitrary = fc.oneof(
  fc.record({ do: fc.constant("purchase" as const), amount: minor }),
  fc.record({ do: fc.constant("void" as const), amount: minor }),
  grantArbitrary,
  fc.record({ do: fc.constant("adjustment" as const), amount: fc.integer({ min: -500, max: 500 }) }),
  fc.record({
    do: fc.constant("use" as const),
    wh: fc.integer({ min: 0, max: 9000 }),
    nanoPerWh: fc.integer({ min: 0, max: 900_000 }),
    fixedNano: fc.integer({ min: 0, max: 50_000_000 }),
    taxPpm: fc.constantFrom(0, 60_000, 130_001),
  }),
);
const lifeArbitrary = fc.record({
  nanoPerMinor: fc.constantFrom(...NANO_PER_MINOR),
  events: fc.array(eventArbitrary, { maxLength: 12 }),
  inMeterMinor: fc.oneof(fc.constant(0), minor),
  mayOwe: fc.boolean(),
  /** At each write of the withdrawal: what the process and others do. */
  fates: fc.array(
    fc.oneof(
      fc.constantFrom("well", "well", "dies before", "dies after"),
      // Runs of grants do not know yet that the household leaves.
      grantArbitrary,
    ),
    { maxLength: 8 },
  ),
});
type Life = typeof lifeArbitrary extends fc.Arbitrary<infer T> ? T : never;
type Event = Life["events"][number];

class Death extends Error {}

/** One account: the real entries in memory, checked one by one, and the plain reckoning beside them. */
class Account {
  readonly entries: LedgerEntry[] = [];
  readonly plain: PlainAccount;
  head: ChainHead = EMPTY_CHAIN;
  readonly #nanoPerMinor: number;
  readonly #refs = new Set<string>();

  constructor(nanoPerMinor: number) {
    this.#nanoPerMinor = nanoPerMinor;
    this.plain = new PlainAccount(nanoPerMinor);
  }

  post(ref: string, write: (head: ChainHead) => EntryBody): void {
    if (this.#refs.has(ref)) return;
    const identity = {
      siteId: SITE,
      householdId: HOUSEHOLD,
      refSpace: "refund" as const,
      ref,
      requestHash: ref,
    };
    const entry = chainEntry({ ...identity, _id: `e${this.entries.length}` }, write(this.head), this.head);
    expect(findingsOf(entry, this.head)).toEqual([]);
    this.#refs.add(ref);
    this.entries.push(entry);
    this.head = headAfter(entry);
  }

  live(event: Event): void {
    const ref = `event ${this.entries.length}`;
    const movement = (commodity: string, amount: number) => ({
      siteId: SITE,
      householdId: HOUSEHOLD,
      commodity,
      amount,
    });
    const plainly = (
      kind: EntryBody["kind"],
      amount: number,
      details: EntryBody["details"] = {},
      commodity = CURRENCY,
    ) =>
      this.post(ref, () => ({
        kind,
        at: AT,
        by: BY,
        note: "",
        postings: balancedPostings(kind, movement(commodity, amount)),
        details,
      }));
    if (event.do === "purchase" || event.do === "adjustment") {
      plainly(event.do, event.amount);
      this.plain.move(BigInt(event.amount));
    }
    if (event.do === "void") {
      plainly("void", -event.amount);
      this.plain.move(BigInt(-event.amount));
    }
    if (event.do === "grant") {
      const { commodity, amount } = event;
      const lot = { grantId: ref, commodity, remaining: amount, expiresAt: null };
      plainly("grant", amount, { lots: [lot] }, commodity);
      this.plain.grant({
        id: ref,
        unit: commodity === "Wh" ? "energy" : "money",
        left: BigInt(amount),
        ends: null,
      });
    }
    if (event.do === "use") this.#use(ref, event);
  }

  #use(ref: string, { wh, nanoPerWh, fixedNano, taxPpm }: Extract<Event, { do: "use" }>): void {
    const energyNano = wh * nanoPerWh;
    const use: RatedUse = {
      usedFrom: AT.toISOString(),
      wh,
      energyNano,
      fixedNano,
      blockPeriod: null,
      terms: { blocks: null, taxPpm },
      nanoPerMinor: this.#nanoPerMinor,
      currency: CURRENCY,
    };
    this.post(ref, ({ state }) => {
      const settlement = settleUse(use, state);
      const postings = usagePostings({ siteId: SITE, householdId: HOUSEHOLD }, use, settlement);
      return { kind: "usage", at: AT, by: BY, note: "", postings, details: { ...use, ...settlement } };
    });
    this.plain.use({
      startedMs: AT.getTime(),
      wh: BigInt(wh),
      energyNano: BigInt(energyNano),
      fixedNano: BigInt(fixedNano),
      taxPpm: BigInt(taxPpm),
      steps: [],
      period: null,
    });
  }
}

/** Runs it again after every death, as a job does. */
async function closeWhateverHappens(
  account: Account,
  order: ClosingOrder,
  fates: Life["fates"],
): Promise<WithdrawalResult> {
  const left = [...fates];
  const books: AccountBooks = {
    head: async () => account.head,
    entries: async () => account.entries.filter(({ details }) => details.refundId === order.refundId),
    async post(ref, write) {
      const fate = left.shift() ?? "well";
      if (fate === "dies before") throw new Death();
      // After the closing no run of grants finds an open household.
      if (typeof fate === "object" && !account.entries.some(({ kind }) => kind === "refund"))
        account.live(fate);
      account.post(ref, write);
      if (fate === "dies after") throw new Death();
    },
  };
  for (let runs = 0; runs < 30; runs += 1)
    try {
      return await closeAccount(books, order);
    } catch (error) {
      if (!(error instanceof Death) && !isApiError(error, "still-running")) throw error;
    }
  throw new Error("a withdrawal that never ends");
}

it("pays out what was bought and not used, and leaves nothing, whatever happened before and between", async () => {
  await fc.assert(
    fc.asyncProperty(lifeArbitrary, async ({ nanoPerMinor, events, inMeterMinor, mayOwe, fates }) => {
      const account = new Account(nanoPerMinor);
      for (const event of events) account.live(event);
      const order: ClosingOrder = {
        siteId: SITE,
        householdId: HOUSEHOLD,
        currency: CURRENCY,
        nanoPerMinor,
        ref: "r1:h1",
        refundId: "r1",
        by: BY,
        reason: "Graduated",
        inMeterMinor,
        mayOwe,
        at: AT,
      };
      const { plain } = account;
      if (plain.boughtMinor < 0n && plain.balanceMinor < 0n && !mayOwe) {
        const before = account.entries.length;
        await expect(closeAccount(booksThatMustNotPost(account), order)).rejects.toMatchObject({
          code: "household-in-debt",
        });
        expect(account.entries).toHaveLength(before);
        return;
      }
      const result = await closeWhateverHappens(account, order, fates);
      const again = await closeWhateverHappens(account, order, []);
      expect(again).toEqual(result);
      expectPlainly(account, result, {
        nanoPerMinor: BigInt(nanoPerMinor),
        inMeterMinor: BigInt(inMeterMinor),
      });
    }),
    { numRuns: RUNS },
  );
}, 600_000);

function booksThatMustNotPost(account: Account): AccountBooks {
  return {
    head: async () => account.head,
    entries: async () => [],
    post: async () => {
      throw new Error("posted");
    },
  };
}

/** By hand, with whole numbers: bought, less what was used of it. */
function expectPlainly(
  { plain, head, entries }: Account,
  result: WithdrawalResult,
  { nanoPerMinor, inMeterMinor }: { nanoPerMinor: bigint; inMeterMinor: bigint },
): void {
  const most = (a: bigint, b: bigint) => (a > b ? a : b);
  const least = (a: bigint, b: bigint) => (a < b ? a : b);
  const bought = plain.boughtMinor;
  const unchargedNano = plain.owedFemto / FEMTO_PER_NANO - plain.chargedMinor * nanoPerMinor;
  const leftNano = most(0n, bought * nanoPerMinor - unchargedNano);
  const kept = least(most(0n, bought), inMeterMinor);
  expect(result).toMatchObject({
    refundMinor: Number(most(0n, leftNano / nanoPerMinor - kept)),
    keptInMeterMinor: Number(kept),
    debtMinor: Number(most(0n, -bought)),
  });
  const expiredOf = (commodity: string) =>
    result.expired.find((row) => row.commodity === commodity)?.amount ?? 0;
  expect(expiredOf(CURRENCY)).toBe(Number(plain.grantedMinor));
  expect(expiredOf("Wh")).toBe(Number(plain.freeWh));
  // Nothing is lost or invented: paid, kept in the meter, rounded away, and used but not charged yet.
  const { refundMinor, keptInMeterMinor, remainderNano, forgivenNano, debtMinor } = result;
  const paidNano = BigInt(refundMinor + keptInMeterMinor - debtMinor) * nanoPerMinor + BigInt(remainderNano);
  expect(paidNano + unchargedNano - BigInt(forgivenNano)).toBe(bought * nanoPerMinor);
  for (const amount of Object.values(head.balance)) expect(amount).toBe(0);
  for (const kind of ["refund", "closing"])
    expect(entries.filter((entry) => entry.kind === kind).length).toBeLessThanOrEqual(1);
  expect(entries.at(-1)?.kind).toBe("closing");
}
