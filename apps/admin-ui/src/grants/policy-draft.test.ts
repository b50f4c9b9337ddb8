import { describe, expect, it } from "vitest";
import { draftOf, emptyDraft, type PolicyDraft, readDraft } from "./policy-draft.ts";
import type { GrantPolicyFields } from "./rows.ts";

const DIGITS = 2;
const GOOD: PolicyDraft = { ...emptyDraft("2026-11-21"), name: "Free power", amount: "8" };

const wrongOf = (change: Partial<PolicyDraft>) => {
  const read = readDraft({ ...GOOD, ...change }, DIGITS);
  return "wrong" in read ? [...read.wrong] : [];
};

describe("a typed policy", () => {
  it("is read with its amounts in Wh or minor units", () => {
    expect(readDraft(GOOD, DIGITS)).toMatchObject({
      policy: {
        gift: { kind: "energy", wh: 8000, per: "resident" },
        validFrom: "2026-11-01",
        validUntil: null,
      },
    });
    expect(readDraft({ ...GOOD, giftKind: "money", amount: "20.5", per: "household" }, DIGITS)).toMatchObject(
      {
        policy: { gift: { kind: "money", amountMinor: 2050, per: "household" } },
      },
    );
  });

  it.each<[string, Partial<PolicyDraft>, string[]]>([
    ["no name", { name: "  " }, ["name"]],
    ["nothing to give", { amount: "0" }, ["amount"]],
    ["more decimals than money has", { giftKind: "money", amount: "1.005" }, ["amount"]],
    ["nobody chosen", { audience: { kind: "households", householdIds: [] } }, ["audience"]],
    ["a day that no month has", { dayOfMonth: "32" }, ["dayOfMonth"]],
    ["no month left", { excludedMonths: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }, ["excludedMonths"]],
    ["no months to carry into", { carry: "months", carryMonths: "" }, ["carryMonths"]],
    ["months that are not asked for", { carry: "none", carryMonths: "" }, []],
    [
      "29 February as the last day of every year",
      { expiry: "yearly", expiryMonthDay: "02-29" },
      ["expiryMonthDay"],
    ],
    ["an end before the beginning", { validUntil: "2026-10-31" }, ["validUntil"]],
    ["31 June", { validFrom: "2026-06-31" }, ["validFrom"]],
    ["no beginning", { validFrom: "" }, ["validFrom"]],
  ])("is refused: %s", (_name, change, fields) => {
    expect(wrongOf(change)).toEqual(fields);
  });

  it.each<GrantPolicyFields>([
    {
      name: "Hardship",
      audience: { kind: "tags", tags: ["hardship"] },
      gift: { kind: "money", amountMinor: 2000, per: "household" },
      dayOfMonth: 5,
      excludedMonths: [1, 2],
      carry: { kind: "months", months: 2 },
      expiry: { kind: "yearly", monthDay: "07-15" },
      validFrom: "2026-09-01",
      validUntil: "2027-06-30",
      isAutomatic: false,
    },
    {
      name: "Free power",
      audience: { kind: "everyone" },
      gift: { kind: "energy", wh: 8500, per: "resident" },
      dayOfMonth: 31,
      excludedMonths: [],
      carry: { kind: "unlimited" },
      expiry: { kind: "days", days: 45 },
      validFrom: "2026-09-01",
      validUntil: null,
      isAutomatic: true,
    },
  ])("comes back as it was: $name", (policy) => {
    expect(readDraft(draftOf(policy, DIGITS), DIGITS)).toEqual({ policy });
  });
});
