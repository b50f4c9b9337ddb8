import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createChainFold } from "./chain-fold.ts";
import {
  balancedPostings,
  type ChainHead,
  chainEntry,
  EMPTY_CHAIN,
  type EntryBody,
  headAfter,
  type LedgerEntry,
  purchasedCredit,
} from "./entry.ts";
import { findingsOf, type LedgerFinding } from "./invariants.ts";

/** `HALLMETER_TEST_RUNS=10000` for the long judgement. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);
const AT = "2040-03-02T08:00:00.000Z";

const KINDS = ["purchase", "void", "refund", "grant", "expire"] as const;
interface Step {
  kind: (typeof KINDS)[number];
  amount: number;
}

const amount = fc.integer({ min: 1, max: 500 });
const stepArbitrary: fc.Arbitrary<Step> = fc.record({ kind: fc.constantFrom(...KINDS), amount });

/** The household's money in two purses, written without a look at the ledger: a debt is below zero in the purchased one. */
function plainPurses() {
  let purchased = 0;
  let granted = 0;
  const lots: number[] = [];
  const purchases: number[] = [];
  const settleDebt = () => {
    const paid = Math.min(granted, Math.max(0, -purchased));
    purchased += paid;
    let open = paid;
    for (const [index, left] of lots.entries()) {
      const taken = Math.min(left, open);
      lots[index] = left - taken;
      open -= taken;
    }
    granted -= paid;
  };
  return {
    get purchased() {
      return purchased;
    },
    get granted() {
      return granted;
    },
    lots,
    purchases,
    /** Whether the books may take the step, which is then done. */
    take(step: Step): boolean {
      switch (step.kind) {
        case "purchase":
          purchased += step.amount;
          purchases.push(step.amount);
          break;
        case "grant":
          granted += step.amount;
          lots.push(step.amount);
          break;
        case "refund":
          if (step.amount > purchased) return false;
          purchased -= step.amount;
          break;
        case "void": {
          const last = purchases.pop();
          if (last === undefined) return false;
          purchased -= last;
          break;
        }
        case "expire": {
          const index = lots.findIndex((left) => left > 0);
          const left = lots[index] ?? 0;
          if (left === 0 || step.amount > left) return false;
          lots[index] = left - step.amount;
          granted -= step.amount;
          break;
        }
      }
      settleDebt();
      return true;
    },
  };
}

describe("a chain against two purses", () => {
  it("takes and refuses alike, and holds every invariant after every step", () => {
    fc.assert(
      fc.property(fc.array(stepArbitrary, { maxLength: 30 }), (steps) => {
        const plain = plainPurses();
        const open: LedgerEntry[] = [];
        const grantIds: string[] = [];
        const entries: LedgerEntry[] = [];
        let head: ChainHead = EMPTY_CHAIN;
        for (const [index, step] of steps.entries()) {
          const body = bodyOf(step, index, {
            open,
            oldestGrant: grantIds[plain.lots.findIndex((left) => left > 0)],
          });
          const entry = body && chainEntry(identityOf(index), body, head);
          const isRight = entry !== undefined && findingsOf(entry, head).length === 0;
          expect(isRight).toBe(plain.take(step));
          if (entry && isRight) {
            if (step.kind === "purchase") open.push(entry);
            if (step.kind === "void") open.pop();
            if (step.kind === "grant") grantIds.push(`g${index}`);
            entries.push(entry);
            head = headAfter(entry);
          }
          expect(head.balance.CNY ?? 0).toBe(plain.purchased + plain.granted);
          expect(purchasedCredit(head, "CNY")).toBe(Math.max(0, plain.purchased));
        }
        expect(findingsAfter(entries)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it("shows whatever is changed, taken out or doubled in it", () => {
    const purchases = fc.array(amount, { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(purchases, fc.nat(), fc.constantFrom("change", "remove", "double"), (amounts, at, how) => {
        const entries: LedgerEntry[] = [];
        for (const [index, bought] of amounts.entries()) {
          const body = bodyOf({ kind: "purchase", amount: bought }, index, { open: [] });
          const last = entries.at(-1);
          if (body) entries.push(chainEntry(identityOf(index), body, last ? headAfter(last) : EMPTY_CHAIN));
        }
        const place = at % (entries.length - 1);
        const entry = entries[place] as LedgerEntry;
        if (how === "change") entries[place] = { ...entry, note: `${entry.note}?` };
        else entries.splice(place, how === "remove" ? 1 : 0, ...(how === "double" ? [entry] : []));
        expect(findingsAfter(entries).length).toBeGreaterThan(0);
      }),
      { numRuns: RUNS },
    );
  });
});

function findingsAfter(entries: readonly LedgerEntry[]): LedgerFinding[] {
  const findings: LedgerFinding[] = [];
  const fold = createChainFold((finding) => findings.push(finding));
  for (const entry of entries) fold.add(entry);
  fold.end();
  return findings;
}

const identityOf = (index: number) => ({
  _id: `e${index}`,
  siteId: "s1",
  householdId: "h1",
  refSpace: "request" as const,
  ref: `key-${index}`,
  requestHash: "",
});

/** What a client's step is as an entry; undefined where there is nothing that it could be about. */
function bodyOf(
  step: Step,
  index: number,
  { open, oldestGrant }: { open: readonly LedgerEntry[]; oldestGrant?: string | undefined },
): EntryBody | undefined {
  const common = { at: new Date(AT), by: { id: "u1", name: "Sun Mei" }, note: "" };
  const legs = (kind: EntryBody["kind"], moved: number) =>
    balancedPostings(kind, { siteId: "s1", householdId: "h1", commodity: "CNY", amount: moved });
  switch (step.kind) {
    case "purchase":
      return { ...common, kind: "purchase", postings: legs("purchase", step.amount), details: {} };
    case "refund":
      return { ...common, kind: "refund", postings: legs("refund", -step.amount), details: {} };
    case "void": {
      const purchase = open.at(-1);
      const bought = purchase?.postings[0]?.amount ?? 0;
      return (
        purchase && {
          ...common,
          kind: "void",
          postings: legs("void", -bought),
          details: { purchaseId: purchase._id },
        }
      );
    }
    case "grant": {
      const lot = { grantId: `g${index}`, commodity: "CNY", remaining: step.amount, expiresAt: null };
      return { ...common, kind: "grant", postings: legs("grant", step.amount), details: { lots: [lot] } };
    }
    case "expire": {
      const taken = oldestGrant && [{ grantId: oldestGrant, commodity: "CNY", amount: step.amount }];
      return taken
        ? {
            ...common,
            kind: "grant-expiry",
            postings: legs("grant-expiry", -step.amount),
            details: { taken },
          }
        : undefined;
    }
  }
}
