import { expect, it } from "vitest";
import type { Balance } from "../api/rows.ts";
import { usableCredit } from "./usable-credit.ts";

const balance: Balance = {
  id: "h1",
  currency: "CNY",
  ledgerMinor: 5000,
  accruedMinor: 100,
  liveMinor: 4900,
  creditPlace: "server",
  inMeter: null,
  grants: [],
  daysLeft: 7,
  asOf: "2026-01-02T02:00:00.000Z",
};
const said = { remainingMinor: 4321, at: "2026-01-02T01:50:00.000Z" };

it.each([
  ["the books", balance, { amountMinor: 4900, asOf: balance.asOf, isInMeter: false }],
  [
    "the meter that holds it",
    { ...balance, creditPlace: "meter", inMeter: said },
    { amountMinor: 4321, asOf: said.at, isInMeter: true },
  ],
  [
    "nobody, before that meter has said anything",
    { ...balance, creditPlace: "meter" },
    { amountMinor: null, asOf: null, isInMeter: true },
  ],
] as const)("is what %s says", (_who, given, shown) => {
  expect(usableCredit(given)).toEqual(shown);
});
