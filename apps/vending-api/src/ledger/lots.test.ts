import { describe, expect, it } from "vitest";
import { addLots, coverDebts, expiredLots, type Lot, takeOldest, takeWhole, withoutTaken } from "./lots.ts";

const lot = (grantId: string, remaining: number, expiresAt: string | null, commodity = "CNY"): Lot => ({
  grantId,
  commodity,
  remaining,
  expiresAt,
});
const OCTOBER_ENDS = "2026-10-31T16:00:00.000Z";
const NOVEMBER_ENDS = "2026-11-30T16:00:00.000Z";
const lots = addLots(
  [],
  [
    lot("ever", 500, null),
    lot("november", 300, NOVEMBER_ENDS),
    lot("october", 200, OCTOBER_ENDS),
    lot("energy", 10_000, NOVEMBER_ENDS, "Wh"),
  ],
);
const amounts = (rows: readonly Lot[]) =>
  Object.fromEntries(rows.map(({ grantId, remaining }) => [grantId, remaining]));

describe("lots", () => {
  it("stand oldest-expiring first, the endless ones last", () => {
    expect(lots.map(({ grantId }) => grantId)).toEqual(["october", "november", "energy", "ever"]);
  });

  it.each([
    { why: "the oldest alone", most: 150, usedFrom: "2026-10-02T00:00:00.000Z", taken: { october: 150 } },
    {
      why: "one after the other",
      most: 650,
      usedFrom: "2026-10-02T00:00:00.000Z",
      taken: { october: 200, november: 300, ever: 150 },
    },
    { why: "none that had expired", most: 150, usedFrom: OCTOBER_ENDS, taken: { november: 150 } },
    {
      why: "no more than there is",
      most: 9999,
      usedFrom: NOVEMBER_ENDS,
      taken: { ever: 500 },
    },
    { why: "nothing for nothing", most: 0, usedFrom: OCTOBER_ENDS, taken: {} },
  ])("give $why", ({ most, usedFrom, taken }) => {
    const takes = takeOldest(lots, { commodity: "CNY", most, usedFrom });
    expect(Object.fromEntries(takes.map(({ grantId, amount }) => [grantId, amount]))).toEqual(taken);
  });

  it("keep what was not taken, and forget what is used up", () => {
    const taken = takeOldest(lots, { commodity: "CNY", most: 250, usedFrom: "2026-10-02T00:00:00.000Z" });
    expect(amounts(withoutTaken(lots, taken) ?? [])).toEqual({ november: 250, energy: 10_000, ever: 500 });
  });

  it.each([
    ["more than is left", { grantId: "october", commodity: "CNY", amount: 201 }],
    ["from nobody's grant", { grantId: "spring", commodity: "CNY", amount: 1 }],
    ["energy from a grant of money", { grantId: "october", commodity: "Wh", amount: 1 }],
    ["a negative amount", { grantId: "october", commodity: "CNY", amount: -1 }],
  ])("never give %s", (_why, take) => {
    expect(withoutTaken(lots, [take])).toBeUndefined();
  });

  it("pay what is owed, the oldest-expiring first", () => {
    expect(amounts(coverDebts(lots, { CNY: 600, Wh: 10_000 }))).toEqual({
      november: 100,
      energy: 10_000,
      ever: 500,
    });
    expect(coverDebts(lots, { CNY: -50, Wh: 0 })).toEqual([]);
    expect(coverDebts(lots, { CNY: 1000, Wh: 10_000 })).toEqual(lots);
  });

  it("expire with all that is left of them", () => {
    const expired = expiredLots(lots, new Date(OCTOBER_ENDS));
    expect(takeWhole(expired)).toEqual([{ grantId: "october", commodity: "CNY", amount: 200 }]);
    expect(expiredLots(lots, new Date(Date.parse(OCTOBER_ENDS) - 1))).toEqual([]);
  });
});
