import { describe, expect, it } from "vitest";
import { balanceBands, daysOf, leftOf, salesPiles, subsidyPiles } from "./sums.ts";

const sale = (day: string, method: string, netMinor: number) => ({
  ...{ day, method, netMinor, sales: 1, salesMinor: netMinor, voids: 0, voidsMinor: 0 },
});

describe("days of a period", () => {
  it("are all of them, over the end of a month and a leap day", () => {
    expect(daysOf({ from: "2028-02-28", to: "2028-03-01" })).toEqual([
      "2028-02-28",
      "2028-02-29",
      "2028-03-01",
    ]);
    expect(daysOf({ from: "2026-03-01", to: "2026-03-01" })).toEqual(["2026-03-01"]);
  });
});

describe("sales by day and method", () => {
  it("have a value for every day, and the larger pile first", () => {
    const days = daysOf({ from: "2026-03-01", to: "2026-03-03" });
    const rows = [
      sale("2026-03-01", "card", 100),
      sale("2026-03-03", "cash", 500),
      sale("2026-03-03", "card", 50),
    ];
    expect(salesPiles(rows, days)).toEqual([
      { key: "cash", values: [0, 0, 500] },
      { key: "card", values: [100, 0, 50] },
    ]);
  });
});

describe("grants of a month", () => {
  const row = (month: string, commodity: string, fields: object) => ({
    ...{ policyId: "p", policy: "Free energy", month, commodity, given: 0, used: 0, expired: 0, reversed: 0 },
    ...fields,
  });
  it("add up to what was given", () => {
    const rows = [
      row("2026-02", "Wh", { given: 900, used: 500, expired: 100 }),
      row("2026-02", "Wh", { given: 100, reversed: 100 }),
      row("2026-01", "Wh", { given: 300, used: 300 }),
      row("2026-01", "CNY", { given: 5 }),
    ];
    const { months, piles } = subsidyPiles(rows, "Wh");
    expect(months).toEqual(["2026-01", "2026-02"]);
    expect(piles).toEqual([
      { key: "used", values: [300, 500] },
      { key: "left", values: [0, 300] },
      { key: "expired", values: [0, 100] },
      { key: "reversed", values: [0, 100] },
    ]);
    const given = months.map((_, at) => piles.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
    expect(given).toEqual([300, 1000]);
    expect(leftOf({ given: 10, used: 3, expired: 2, reversed: 1 })).toBe(4);
  });
});

describe("bands of balances", () => {
  it("hold every household once, a bound belonging to the band above it", () => {
    const rows = [-1, 0, 499, 500, 1999, 2000, 9999, 10_000, 1_000_000].map((balanceMinor) => ({
      balanceMinor,
    }));
    const bands = balanceBands(rows, 2);
    expect(bands.map(({ households }) => households)).toEqual([1, 2, 2, 1, 1, 2]);
    expect(bands[0]).toMatchObject({ fromMinor: null, belowMinor: 0 });
    expect(bands.at(-1)).toMatchObject({ fromMinor: 10_000, belowMinor: null });
    expect(bands.reduce((sum, { households }) => sum + households, 0)).toBe(rows.length);
  });
  it("have bounds of the currency's own digits", () => {
    expect(balanceBands([], 0).map(({ belowMinor }) => belowMinor)).toEqual([0, 5, 20, 50, 100, null]);
  });
});
