import { describe, expect, it } from "vitest";
import {
  balancedPostings,
  chainEntry,
  EMPTY_CHAIN,
  type EntryBody,
  hashEntry,
  headAfter,
  type LedgerEntry,
} from "./entry.ts";
import { findingsOf } from "./invariants.ts";

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
    [
      "usage-wrong",
      rehashed({
        ...chainEntry(
          identity("e2"),
          {
            ...body(0),
            kind: "usage",
            postings: balancedPostings("usage", {
              siteId: "s1",
              householdId: "h1",
              commodity: "CNY",
              amount: -3,
            }),
            details: { costNano: 29_999_999, carryInNano: 0, carryOutNano: 0, nanoPerMinor: 10_000_000 },
          },
          headAfter(first),
        ),
      }),
    ],
  ] as const)("shows %s", (code, entry) => {
    expect(findingsOf(entry, headAfter(first)).map((finding) => finding.code)).toContain(code);
  });

  it("accepts a usage entry that carries its remainder", () => {
    const usage = chainEntry(
      identity("e2"),
      {
        ...body(0),
        kind: "usage",
        postings: balancedPostings("usage", {
          siteId: "s1",
          householdId: "h1",
          commodity: "CNY",
          amount: -2,
        }),
        details: {
          costNano: 29_999_000,
          carryInNano: 500,
          carryOutNano: 9_999_500,
          nanoPerMinor: 10_000_000,
        },
      },
      headAfter(first),
    );
    expect(findingsOf(usage, headAfter(first))).toEqual([]);
  });
});
