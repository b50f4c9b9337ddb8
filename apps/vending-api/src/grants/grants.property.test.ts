import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  balancedPostings,
  type ChainHead,
  chainEntry,
  EMPTY_CHAIN,
  type EntryBody,
  headAfter,
  purchasedCredit,
} from "../ledger/entry.ts";
import { findingsOf } from "../ledger/invariants.ts";
import type { Decision } from "../ledger/ledger.ts";
import { expiredLots } from "../ledger/lots.ts";
import { settleUse, usagePostings } from "../ledger/settle-use.ts";
import { dueDay, expiresAtMs, monthAfter, monthAt } from "./grant-dates.ts";
import {
  acceptGrant,
  decideExpiry,
  decideReversal,
  expiryRef,
  grantIdOf,
  reversalRef,
  runIdOf,
} from "./grant-entries.ts";
import { type GrantPolicy, policyFields } from "./grant-policy.ts";
import { commodityOf, shareOf } from "./grant-share.ts";
import { PlainGrants } from "./testing/plain-grants.ts";

/** 500 in every test run; `HALLMETER_TEST_RUNS=10000` for the long one. */
const YEARS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);
const SITE = "s1";
const ZONE = "Asia/Shanghai";
const BY = { id: "u1", name: "Zhang Min" };
const DAY_MS = 86_400_000;
/** Across the end of a year and a leap day. */
const START_MS = Date.parse("2027-10-20T03:00:00Z");
const HOMES = 3;
/** The first and the last instant of a local month. */
const MONTH_STARTS_MS = [Date.parse("2027-09-30T16:00:00Z"), Date.parse("2027-09-30T15:59:59.999Z")];

const home = fc.integer({ min: 0, max: HOMES - 1 });
const amount = fc.integer({ min: 1, max: 4000 });
const per = fc.constantFrom("household" as const, "resident" as const);
const drawnPolicy = fc
  .record({
    name: fc.constant("Free power"),
    audience: fc.constant({ kind: "everyone" as const }),
    gift: fc.oneof(
      fc.record({ kind: fc.constant("money" as const), amountMinor: amount, per }),
      fc.record({ kind: fc.constant("energy" as const), wh: amount, per }),
    ),
    dayOfMonth: fc.integer({ min: 1, max: 31 }),
    excludedMonths: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
    carry: fc.oneof(
      fc.record({ kind: fc.constant("months" as const), months: fc.integer({ min: 1, max: 3 }) }),
      fc.constantFrom({ kind: "none" as const }, { kind: "unlimited" as const }),
    ),
    expiry: fc.oneof(
      fc.constant({ kind: "never" as const }),
      fc.record({ kind: fc.constant("days" as const), days: fc.integer({ min: 1, max: 60 }) }),
      fc.record({
        kind: fc.constant("yearly" as const),
        monthDay: fc.constantFrom("12-31", "01-31", "02-28", "07-15"),
      }),
    ),
    validFrom: fc.constant("2027-01-01"),
    validUntil: fc.constantFrom(null, "2028-03-15"),
    isAutomatic: fc.constant(true),
  })
  .map((fields) => policyFields.parse(fields));

/** `some`: the households that were reached before the process died. */
const ofRun = {
  policy: fc.integer({ min: 0, max: 1 }),
  monthsAgo: fc.integer({ min: -1, max: 3 }),
  some: fc.uniqueArray(home),
};
const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("run" as const), ...ofRun }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reverse" as const), ...ofRun }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("use" as const), home, amount }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("buy" as const), home, amount }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), days: fc.integer({ min: 1, max: 50 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("expire" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("people" as const),
      home,
      residents: fc.integer({ min: 0, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), home }) },
);
const year = fc.record({
  policies: fc.tuple(drawnPolicy, drawnPolicy),
  homes: fc.array(
    fc.record({
      openedMs: fc.oneof(
        fc.integer({ min: 0, max: 90 }).map((days) => START_MS - days * DAY_MS),
        fc.constantFrom(...MONTH_STARTS_MS),
      ),
      residents: fc.integer({ min: 0, max: 3 }),
    }),
    { minLength: HOMES, maxLength: HOMES },
  ),
  events: fc.array(event, { minLength: 1, maxLength: 24 }),
});
type Year = typeof year extends fc.Arbitrary<infer T> ? T : never;
type Event = Year["events"][number];

/** The real decisions on chains in memory, and the clerk's paper beside them. */
class TwoBooks {
  readonly #policies: GrantPolicy[];
  readonly #plain: PlainGrants;
  readonly #heads: ChainHead[];
  readonly #outcomes = new Map<string, "accepted" | "refused">();
  readonly #reversed = new Set<string>();
  #nowMs = START_MS;
  #entries = 0;

  constructor({ policies, homes }: Year) {
    this.#policies = policies.map((fields, index) => ({
      ...fields,
      _id: `p${index}`,
      siteId: SITE,
      automaticSince: new Date(START_MS),
    }));
    this.#plain = new PlainGrants(homes);
    this.#heads = homes.map(() => EMPTY_CHAIN);
  }

  happen(drawn: Event): void {
    switch (drawn.kind) {
      case "wait":
        this.#nowMs += drawn.days * DAY_MS;
        break;
      case "people":
        this.#homeAt(drawn.home).residents = drawn.residents;
        break;
      case "leave":
        this.#homeAt(drawn.home).isOpen = false;
        break;
      case "buy":
        this.#plain.buy(drawn.home, drawn.amount);
        this.#append(drawn.home, this.#purchase(drawn.home, drawn.amount));
        break;
      case "use":
        this.#plain.use(drawn.home, drawn.amount, this.#nowMs);
        this.#append(drawn.home, this.#usage(drawn.home, drawn.amount));
        break;
      case "expire":
        for (let index = 0; index < HOMES; index += 1) this.#expire(index);
        break;
      default:
        this.#actOnRun(drawn);
    }
    this.#compare();
  }

  #actOnRun({ kind, policy: index, monthsAgo, some }: Extract<Event, { monthsAgo: number }>): void {
    const policy = this.#policies[index];
    const thisMonth = monthAt(this.#nowMs, ZONE);
    const month = monthAfter(thisMonth, -monthsAgo);
    if (!policy || month > thisMonth || dueDay(policy, month) === undefined) return;
    const runId = runIdOf(policy._id, month);
    if (kind === "reverse") {
      this.#plain.shut(policy._id, month);
      this.#reversed.add(runId);
    }
    for (const homeIndex of some)
      if (kind === "run") this.#give(policy, month, homeIndex);
      else this.#takeBack(policy, month, homeIndex);
  }

  #give(policy: GrantPolicy, month: string, index: number): void {
    this.#plain.give(policy, month, index, this.#nowMs);
    const runId = runIdOf(policy._id, month);
    if (this.#reversed.has(runId)) return;
    const { isOpen, openedMs, residents } = this.#homeAt(index);
    const household = { status: isOpen ? "open" : "closed", openedAt: new Date(openedMs) } as const;
    const share = shareOf({ terms: policy, month }, { household, residents, hasCreditInMeter: false }, ZONE);
    if ("leftOut" in share) return;
    const endMs = expiresAtMs(policy, month, this.#nowMs, ZONE);
    const grantId = grantIdOf(runId, String(index));
    this.#post(index, grantId, () =>
      acceptGrant({
        ...this.#taking(index, grantId),
        runId,
        policyId: policy._id,
        month,
        name: policy.name,
        commodity: commodityOf(policy.gift, "CNY"),
        expiresAt: endMs === null ? null : new Date(endMs).toISOString(),
        ...share,
      }),
    );
  }

  #takeBack(policy: GrantPolicy, month: string, index: number): void {
    this.#plain.takeBack(policy._id, month, index);
    const grantId = grantIdOf(runIdOf(policy._id, month), String(index));
    const refusal: Decision = { refuse: { code: "run-reversed", detail: "" }, at: new Date(this.#nowMs) };
    if (this.#post(index, grantId, () => refusal) === "refused") return;
    const taking = this.#taking(index, grantId);
    this.#post(index, reversalRef(grantId), (head) => decideReversal(head, taking));
  }

  #expire(index: number): void {
    this.#plain.expire(index, this.#nowMs);
    for (const { grantId } of expiredLots(this.#headAt(index).state.lots, new Date(this.#nowMs))) {
      const taking = this.#taking(index, grantId);
      this.#post(index, expiryRef(grantId, String(index)), (head) => decideExpiry(head, taking));
    }
  }

  #taking(index: number, grantId: string) {
    const at = new Date(this.#nowMs);
    return { siteId: SITE, householdId: String(index), grantId, note: "", at, by: BY };
  }

  #purchase(index: number, minor: number): EntryBody {
    const movement = { siteId: SITE, householdId: String(index), commodity: "CNY", amount: minor };
    const postings = balancedPostings("purchase", movement, "cash");
    return { kind: "purchase", at: new Date(this.#nowMs), by: BY, note: "", postings, details: {} };
  }

  #usage(index: number, wh: number): EntryBody {
    const at = new Date(this.#nowMs);
    const use = {
      usedFrom: at.toISOString(),
      wh,
      energyNano: wh * 10_000_000,
      fixedNano: 0,
      blockPeriod: null,
      terms: { blocks: null, taxPpm: 0 },
      nanoPerMinor: 10_000_000,
      currency: "CNY",
    };
    const settlement = settleUse(use, this.#headAt(index).state);
    const postings = usagePostings({ siteId: SITE, householdId: String(index) }, use, settlement);
    return { kind: "usage", at, by: BY, note: "", postings, details: { ...use, ...settlement } };
  }

  /** As the journal does: the first outcome of a reference is its last. */
  #post(index: number, ref: string, decide: (head: ChainHead) => Decision): "accepted" | "refused" {
    const known = this.#outcomes.get(ref);
    if (known) return known;
    const decision = decide(this.#headAt(index));
    const outcome = "accept" in decision ? "accepted" : "refused";
    this.#outcomes.set(ref, outcome);
    if ("accept" in decision) this.#append(index, decision.accept);
    return outcome;
  }

  #append(index: number, body: EntryBody): void {
    this.#entries += 1;
    const id = `e${this.#entries}`;
    const identity = {
      _id: id,
      siteId: SITE,
      householdId: String(index),
      refSpace: "grant",
      ref: id,
    } as const;
    const head = this.#headAt(index);
    const entry = chainEntry({ ...identity, requestHash: id }, body, head);
    expect(findingsOf(entry, head)).toEqual([]);
    this.#heads[index] = headAfter(entry);
  }

  #compare(): void {
    for (const [index, head] of this.#heads.entries()) {
      const { money, wh, bought } = this.#plain.account(index);
      expect({
        money: head.balance.CNY ?? 0,
        wh: head.balance.Wh ?? 0,
        bought: purchasedCredit(head, "CNY"),
      }).toEqual({ money, wh, bought });
      const lots = head.state.lots.map(({ commodity, remaining, expiresAt }) => ({
        unit: commodity,
        left: remaining,
        endMs: expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt),
      }));
      expect(lots).toEqual(this.#plain.gifts(index));
    }
  }

  #headAt(index: number): ChainHead {
    return this.#heads[index] ?? EMPTY_CHAIN;
  }

  #homeAt(index: number) {
    const found = this.#plain.homes[index];
    if (!found) throw new RangeError(`no household ${index}`);
    return found;
  }
}

describe("grants", () => {
  it(`are what a clerk reckons on paper, after every step of ${YEARS} years`, () => {
    let granted = 0;
    fc.assert(
      fc.property(year, (drawn) => {
        const books = new TwoBooks(drawn);
        for (const happening of drawn.events) books.happen(happening);
        granted += drawn.events.filter(({ kind }) => kind === "run").length;
      }),
      { numRuns: YEARS },
    );
    expect(granted).toBeGreaterThan(YEARS);
  });
});
