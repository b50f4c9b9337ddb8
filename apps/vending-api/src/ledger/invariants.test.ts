import { describe, expect, it } from "vitest";
import { EMPTY_STATE } from "./account-state.ts";
import {
  balancedPostings,
  chainEntry,
  EMPTY_CHAIN,
  type EntryBody,
  hashEntry,
  headAfter,
  type LedgerEntry,
  type Posting,
} from "./entry.ts";
import { findingsOf } from "./invariants.ts";
import type { Lot } from "./lots.ts";
import { type RatedUse, settleUse, usagePostings } from "./settle-use.ts";

const identity = (id: string) => ({
  _id: id,
  siteId: "s1",
  householdId: "h1",
  refSpace: "request" as const,
  ref: `key-${id}`,
  requestHash: "0".repeat(64),
});
const body = (amount: number): EntryBody => ({
  kind: "purchase",
  at: new Date("2025-03-01T08:00:00Z"),
  by: { id: "u1", name: "Zhang Min" },
  note: "",
  postings: balancedPostings(
    "purchase",
    { siteId: "s1", householdId: "h1", commodity: "CNY", amount },
    "cash",
  ),
  details: { method: "cash" },
});
const first = chainEntry(identity("e1"), body(5000), EMPTY_CHAIN);
const second = chainEntry(identity("e2"), body(300), headAfter(first));

const use: RatedUse = {
  usedFrom: "2025-02-28T16:00:00.000Z",
  wh: 50,
  energyNano: 29_999_500,
  fixedNano: 0,
  blockPeriod: null,
  terms: { blocks: null, taxPpm: 0 },
  nanoPerMinor: 10_000_000,
  currency: "CNY",
};
const settlement = settleUse(use, EMPTY_STATE);
const usage = chainEntry(
  identity("e2"),
  {
    ...body(0),
    kind: "usage",
    postings: usagePostings({ siteId: "s1", householdId: "h1" }, use, settlement),
    details: { ...use, ...settlement },
  },
  headAfter(first),
);
const lot: Lot = { grantId: "g1", commodity: "CNY", remaining: 500, expiresAt: "2025-03-31T16:00:00.000Z" };
const grantBody: EntryBody = {
  ...body(0),
  kind: "grant",
  postings: balancedPostings("grant", { siteId: "s1", householdId: "h1", commodity: "CNY", amount: 500 }),
  details: { lots: [lot] },
};
const grant = chainEntry(identity("e2"), grantBody, headAfter(first));
const reversed = (posting: Posting): Posting => ({ ...posting, amount: -posting.amount });

/** As somebody would who knows how the hash is made. */
const rehashed = (entry: LedgerEntry): LedgerEntry => ({ ...entry, hash: hashEntry(entry) });

describe("a chained entry", () => {
  it("adds up behind its predecessor", () => {
    expect(second).toMatchObject({ seq: 2, previousHash: first.hash, balanceAfter: { CNY: 5300 } });
    expect(findingsOf(first, EMPTY_CHAIN)).toEqual([]);
    expect(findingsOf(second, headAfter(first))).toEqual([]);
  });

  it("has a hash that does not depend on the order of keys", () => {
    const reordered = Object.fromEntries(Object.entries(first).reverse()) as unknown as LedgerEntry;
    expect(hashEntry(reordered)).toBe(first.hash);
  });

  const [householdLeg, tillLeg] = second.postings;
  if (!householdLeg || !tillLeg) throw new Error("a purchase has two legs");
  it.each([
    ["postings-unbalanced", rehashed({ ...second, postings: [householdLeg, { ...tillLeg, amount: -299 }] })],
    ["amount-not-integer", { ...second, balanceAfter: { CNY: 5300.5 } }],
    ["wrong-sign", rehashed(chainEntry(identity("e2"), body(-300), headAfter(first)))],
    ["foreign-account", rehashed({ ...second, householdId: "h2" })],
    ["chain-gap", rehashed({ ...second, seq: 3 })],
    ["chain-broken", rehashed({ ...second, previousHash: "f".repeat(64) })],
    ["hash-wrong", { ...second, note: "rewritten" }],
    ["balance-wrong", rehashed({ ...second, balanceAfter: { CNY: 9300 } })],
    ["usage-wrong", rehashed({ ...usage, details: { ...usage.details, netNano: 29_999_999 } })],
    ["usage-wrong", rehashed({ ...usage, postings: second.postings.map(reversed) })],
    ["state-wrong", rehashed({ ...usage, state: { ...EMPTY_STATE, carryNano: 0 } })],
    ["state-wrong", rehashed(chainEntry(identity("e2"), { ...grantBody, details: {} }, headAfter(first)))],
    ["state-wrong", rehashed({ ...grant, state: { ...EMPTY_STATE, lots: [{ ...lot, remaining: 501 }] } })],
  ] as const)("shows %s", (code, entry) => {
    expect(findingsOf(entry, headAfter(first)).map((finding) => finding.code)).toContain(code);
  });

  it("carries remainders and grants to the next entry", () => {
    expect(findingsOf(usage, headAfter(first))).toEqual([]);
    expect(headAfter(usage).state).toEqual({ ...EMPTY_STATE, carryNano: 9_999_500 });
    expect(findingsOf(grant, headAfter(first))).toEqual([]);
    expect(headAfter(grant)).toMatchObject({ balance: { CNY: 5500 }, state: { lots: [lot] } });
  });
});
