import { describe, expect, it } from "vitest";
import type { Settlement } from "./rows.ts";
import { grantedLeft, settlementLines } from "./settlement-lines.ts";

const SETTLEMENT: Settlement = {
  householdId: "h",
  householdName: "Li Wei",
  unitId: "u",
  ledgerMinor: 5000,
  accruedMinor: 1234,
  grants: [],
  refundMinor: 3766,
  keptInMeterMinor: 0,
  debtMinor: 0,
  readings: [],
  problems: [],
};
const grant = (commodity: string, amount: number) => ({ grantId: "g", commodity, amount, expiresAt: null });

describe("the lines of a settlement", () => {
  it.each<[string, Partial<Settlement>, [string, number][]]>([
    [
      "books less open use",
      {},
      [
        ["ledger", 5000],
        ["accrued", -1234],
      ],
    ],
    [
      "money grants are taken off, free energy is none of it",
      { grants: [grant("CNY", 500), grant("CNY", 100), grant("Wh", 8000)], refundMinor: 3166 },
      [
        ["ledger", 5000],
        ["accrued", -1234],
        ["grants", -600],
      ],
    ],
    [
      "what the meter keeps",
      { keptInMeterMinor: 3000, refundMinor: 766 },
      [
        ["ledger", 5000],
        ["accrued", -1234],
        ["inMeter", -3000],
      ],
    ],
    [
      "a fraction of a minor unit",
      { refundMinor: 3765 },
      [
        ["ledger", 5000],
        ["accrued", -1234],
        ["rounding", -1],
      ],
    ],
    [
      "a debt",
      { ledgerMinor: 200, accruedMinor: 700, refundMinor: 0, debtMinor: 500 },
      [
        ["ledger", 200],
        ["accrued", -700],
      ],
    ],
  ])("%s", (_name, change, lines) => {
    const settlement = { ...SETTLEMENT, ...change };
    const told = settlementLines(settlement, "CNY");
    expect(told.map(({ line, amountMinor }) => [line, amountMinor])).toEqual(lines);
    expect(told.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(
      settlement.refundMinor - settlement.debtMinor,
    );
  });

  it("count what is left of grants by commodity", () => {
    expect(grantedLeft({ grants: [grant("Wh", 8000), grant("CNY", 1)] }, "Wh")).toBe(8000);
  });
});
