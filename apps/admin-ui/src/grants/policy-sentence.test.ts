import { describe, expect, it } from "vitest";
import { createFormat } from "../format/format.ts";
import { consoleEn } from "../i18n/console.en.ts";
import { consoleZh } from "../i18n/console.zh.ts";
import { createTranslate } from "../i18n/interpolate.ts";
import { carrySentence, giftSentence } from "./policy-sentence.ts";
import type { GrantPolicyFields } from "./rows.ts";

const settings = { timeZone: "Asia/Shanghai", currency: "CNY", currencyDigits: 2 };
const LANGUAGES = {
  en: { t: createTranslate(consoleEn), format: createFormat({ ...settings, locale: "en" }) },
  zh: { t: createTranslate(consoleZh), format: createFormat({ ...settings, locale: "zh" }) },
} as const;
const nameOf = (id: string) => ({ b1: "Maple Hall", b2: "Cedar Hall" })[id] ?? "";

const POLICY: GrantPolicyFields = {
  name: "Free basic electricity",
  audience: { kind: "everyone" },
  gift: { kind: "energy", wh: 8000, per: "resident" },
  dayOfMonth: 1,
  excludedMonths: [],
  carry: { kind: "none" },
  expiry: { kind: "never" },
  validFrom: "2026-01-01",
  validUntil: null,
  isAutomatic: true,
};

describe("a policy in one sentence", () => {
  it.each<["en" | "zh", Partial<GrantPolicyFields>, string]>([
    ["en", {}, "All households get 8.000 kWh for each resident on day 1 of each month."],
    ["zh", {}, "全部用户于每月 1 日获得补助，每位住户 8.000 kWh。"],
    [
      "en",
      {
        audience: { kind: "buildings", buildingIds: ["b1", "b2"] },
        gift: { kind: "money", amountMinor: 2000, per: "household" },
        dayOfMonth: 31,
        excludedMonths: [2, 8],
      },
      "Households of Maple Hall, Cedar Hall get ¥20.00 each on the last day of each month, except in February, August.",
    ],
    [
      "zh",
      { audience: { kind: "households", householdIds: ["a", "b"] }, excludedMonths: [2, 8] },
      "选定的 2 户于每月 1 日获得补助，每位住户 8.000 kWh，2月、8月除外。",
    ],
  ])("%s %j", (language, change, sentence) => {
    const { t, format } = LANGUAGES[language];
    expect(giftSentence({ ...POLICY, ...change }, t, format, nameOf).replaceAll("\u202f", " ")).toBe(
      sentence,
    );
  });

  it.each<["en" | "zh", Partial<GrantPolicyFields>, string]>([
    ["en", {}, "What is left at the end of the month lapses."],
    [
      "en",
      { carry: { kind: "months", months: 1 } },
      "What is left is carried into the next month, then lapses.",
    ],
    [
      "en",
      { carry: { kind: "unlimited" }, expiry: { kind: "yearly", monthDay: "07-15" } },
      "What is left is carried on without end. In any case it lapses after 15 Jul.",
    ],
    [
      "zh",
      { carry: { kind: "months", months: 2 }, expiry: { kind: "days", days: 45 } },
      "未用完的可结转 2 个月，之后作废。无论如何，发放满 45 天即作废。",
    ],
  ])("its rest: %s %j", (language, change, sentence) => {
    const { t, format } = LANGUAGES[language];
    expect(carrySentence({ ...POLICY, ...change }, t, format)).toBe(sentence);
  });
});
