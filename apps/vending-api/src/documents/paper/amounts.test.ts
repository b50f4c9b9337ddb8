import { describe, expect, it } from "vitest";
import { exactTexts, kwhText, moneyText, monthText, timeText } from "./amounts.ts";

describe("moneyText", () => {
  it.each([
    [123450, "CNY", 2, "1,234.50 CNY"],
    [5, "CNY", 2, "0.05 CNY"],
    [-1234567, "CNY", 2, "-12,345.67 CNY"],
    [1000, "JPY", 0, "1,000 JPY"],
    [1, "KWD", 3, "0.001 KWD"],
  ])("%i %s with %i digits is %s", (amountMinor, currency, digits, text) => {
    expect(moneyText(amountMinor, currency, digits)).toBe(text);
  });
});

describe("exactTexts", () => {
  it.each([
    [[27_415_000_000, 1_000_000_000], 2, ["27.415", "1.000"]],
    [[10_000_000], 2, ["0.01"]],
    [[1, 2_000_000_000], 2, ["0.000000001", "2.000000000"]],
    [[-500_000_000], 0, ["-0.5"]],
    [[3_000_000_000], 0, ["3"]],
    [[], 2, []],
  ] as const)("%j with %i digits are %j", (amountsNano, digits, texts) => {
    expect(exactTexts(amountsNano, digits)).toEqual(texts);
  });
});

it("writes kWh to the last Wh", () => {
  expect(kwhText(1_284_310)).toBe("1,284.310");
});

it("writes local time, on a day of 23 hours too", () => {
  expect(timeText("2025-03-30T01:30:00.000Z", "Europe/Berlin")).toBe("2025-03-30 03:30:00");
});

it("names months in both languages", () => {
  expect([monthText("2025-01", "en"), monthText("2025-01", "zh")]).toEqual(["January 2025", "2025年1月"]);
});
