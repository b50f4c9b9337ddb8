import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minorToDecimal, parseAmountMinor } from "./decimal.ts";

describe("minorToDecimal", () => {
  it.each([
    [5005, 2, "50.05"],
    [5, 2, "0.05"],
    [-5, 2, "-0.05"],
    [0, 2, "0.00"],
    [1200, 0, "1200"],
    [1, 3, "0.001"],
    [Number.MAX_SAFE_INTEGER, 2, "90071992547409.91"],
  ])("%i with %i digits is %s", (minor, digits, expected) => {
    expect(minorToDecimal(minor, digits)).toBe(expected);
  });
});

describe("parseAmountMinor", () => {
  it.each([
    ["50", 2, 5000],
    ["50.5", 2, 5050],
    ["50.", 2, 5000],
    [" ¥ 1,000.00 ", 2, 100_000],
    ["５０．５", 2, 5050],
    ["0.01", 2, 1],
    ["1200", 0, 1200],
  ])("reads %j", (text, digits, expected) => {
    expect(parseAmountMinor(text, digits)).toBe(expected);
  });

  it.each(["", "abc", "-5", "1.005", "1,00", "1 000", "1e3", "0x10", ".5", "99999999999999999999", "5.0.0"])(
    "refuses %j",
    (text) => {
      expect(parseAmountMinor(text, 2)).toBeNull();
    },
  );

  it("reads back every amount that is shown", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), fc.integer({ min: 0, max: 3 }), (minor, digits) => {
        expect(parseAmountMinor(minorToDecimal(minor, digits), digits)).toBe(minor);
      }),
    );
  });
});
