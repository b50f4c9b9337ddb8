import { describe, expect, it } from "vitest";
import { moneyText } from "./money-text.ts";
import { type Receipt, receiptPdf } from "./receipt-pdf.ts";

const receipt: Receipt = {
  siteName: "Willow Hall  柳园公寓",
  receiptNumber: "20250301-9F3A11C0",
  at: new Date("2025-03-01T02:15:30Z"),
  timeZone: "Asia/Shanghai",
  householdName: "Li Wei 李伟",
  unitName: "A-101",
  amountMinor: 5000,
  balanceAfterMinor: 4837,
  currency: "CNY",
  currencyDigits: 2,
  method: "cash",
  cashier: "Zhang Min 张敏",
  note: "",
  entry: { seq: 12, hash: "9f3a11c0".padEnd(64, "5") },
  voided: null,
  copy: 0,
};

describe("receiptPdf", () => {
  it("gives the same bytes for the same receipt, and others for another", async () => {
    const first = await receiptPdf(receipt);
    expect(first.subarray(0, 5).toString()).toBe("%PDF-");
    expect(first.equals(await receiptPdf(receipt))).toBe(true);
    expect(first.equals(await receiptPdf({ ...receipt, amountMinor: 5001 }))).toBe(false);
    expect(first.equals(await receiptPdf({ ...receipt, copy: 1 }))).toBe(false);
  });

  it("embeds the glyphs used, not the font", async () => {
    expect((await receiptPdf(receipt)).length).toBeLessThan(200_000);
  });

  it("stays on one page with a long note and a void", async () => {
    const long = await receiptPdf({
      ...receipt,
      note: "n".repeat(500),
      voided: { at: receipt.at, by: "Zhang Min", reason: "wrong room ".repeat(40) },
    });
    expect(long.toString("latin1").match(/\/Type \/Page\b/g)).toHaveLength(1);
  });
});

describe("moneyText", () => {
  it.each([
    [123450, "CNY", 2, "1,234.50 CNY"],
    [5, "CNY", 2, "0.05 CNY"],
    [-1234567, "CNY", 2, "−12,345.67 CNY"],
    [1000, "JPY", 0, "1,000 JPY"],
    [1, "KWD", 3, "0.001 KWD"],
  ])("%i %s with %i digits is %s", (amountMinor, currency, digits, text) => {
    expect(moneyText(amountMinor, currency, digits)).toBe(text);
  });
});
