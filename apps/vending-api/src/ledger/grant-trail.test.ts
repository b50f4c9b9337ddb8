import { describe, expect, it } from "vitest";
import { createChainFold } from "./chain-fold.ts";
import { balancedPostings, chainEntry, EMPTY_CHAIN, type EntryBody, headAfter } from "./entry.ts";
import type { EntryKind } from "./entry-kinds.ts";
import type { LotTake } from "./lots.ts";

const AT = new Date("2025-03-01T08:00:00Z");

function body(kind: EntryKind, amount: number, details: EntryBody["details"], commodity = "CNY"): EntryBody {
  const movement = { siteId: "s1", householdId: "h1", commodity, amount };
  const by = { id: "grants", name: "Grants" };
  return { kind, at: AT, by, note: "", postings: balancedPostings(kind, movement), details };
}

const grant = (grantId: string, amount: number, commodity = "CNY") =>
  body("grant", amount, { lots: [{ grantId, commodity, remaining: amount, expiresAt: null }] }, commodity);

const taking = (
  kind: "grant-expiry" | "grant-reversal",
  take: LotTake,
  grantId: string | null = take.grantId,
) => body(kind, -take.amount, { ...(grantId === null ? {} : { grantId }), taken: [take] }, take.commodity);

/** Chained and hashed as they come: whoever forges entries can do that too. */
function findingsOf(bodies: readonly EntryBody[]) {
  const found: [number, string][] = [];
  const fold = createChainFold(({ seq, code }) => found.push([seq, code]));
  let head = EMPTY_CHAIN;
  for (const [index, one] of bodies.entries()) {
    const ref = `ref-${index}`;
    const identity = { siteId: "s1", householdId: "h1", refSpace: "grant", ref, requestHash: ref } as const;
    const entry = chainEntry({ _id: `id-${index}`, ...identity }, one, head);
    fold.add(entry);
    head = headAfter(entry);
  }
  fold.end();
  return found;
}

const two = [grant("g1", 500), grant("g2", 300)];
const money = (grantId: string, amount: number): LotTake => ({ grantId, commodity: "CNY", amount });

describe("what takes from a grant", () => {
  it.each([
    ["the whole of one", [...two, taking("grant-reversal", money("g2", 300))]],
    ["a part of one", [...two, taking("grant-expiry", money("g1", 200))]],
    [
      "free energy",
      [grant("g3", 9000, "Wh"), taking("grant-expiry", { grantId: "g3", commodity: "Wh", amount: 9000 })],
    ],
    [
      "one after the other, without a name",
      [
        ...two,
        taking("grant-expiry", money("g1", 500), null),
        taking("grant-expiry", money("g2", 300), null),
      ],
    ],
  ])("may take %s", (_what, bodies) => {
    expect(findingsOf(bodies)).toEqual([]);
  });

  it("must take from the grant it names", () => {
    expect(findingsOf([...two, taking("grant-reversal", money("g1", 300), "g2")])).toEqual([
      [3, "grant-unfounded"],
    ]);
  });

  it.each([
    ["a grant of nobody", money("g9", 100)],
    ["another commodity", { grantId: "g1", commodity: "Wh", amount: 100 }],
    ["more than was given", money("g1", 501)],
  ])("must not take %s", (_what, take) => {
    expect(findingsOf([...two, taking("grant-reversal", take)])).toContainEqual([3, "grant-unfounded"]);
  });

  it("must not take the same twice", () => {
    const taken = taking("grant-reversal", money("g1", 500));
    expect(findingsOf([...two, taken, taken])).toContainEqual([4, "grant-unfounded"]);
  });
});

it("gives a household each grant once", () => {
  expect(findingsOf([...two, grant("g1", 500)])).toEqual([[3, "grant-doubled"]]);
});
