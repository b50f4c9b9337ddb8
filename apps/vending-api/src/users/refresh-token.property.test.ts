import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatRefreshToken, readRefreshToken } from "./refresh-token.ts";

const secret = "a secret for tests that is long enough";
const tokens = fc.record({
  sessionId: fc.stringMatching(/^[0-9a-f]{24}$/),
  generation: fc.integer({ min: 1, max: 999_999_999 }),
});

describe("refresh tokens", () => {
  it("come back as they were made", () => {
    fc.assert(
      fc.property(tokens, (token) => {
        expect(readRefreshToken(formatRefreshToken(token, secret), secret)).toEqual(token);
      }),
    );
  });

  it("are worthless with one character changed", () => {
    fc.assert(
      fc.property(tokens, fc.nat(), fc.constantFrom(..."0aZ_-."), (token, at, character) => {
        const text = formatRefreshToken(token, secret);
        const index = at % text.length;
        // The last character of 43 carries four bits; its two spare bits say nothing.
        fc.pre(text[index] !== character && index < text.length - 1);
        expect(
          readRefreshToken(text.slice(0, index) + character + text.slice(index + 1), secret),
        ).toBeUndefined();
      }),
    );
  });

  it("are worthless under another secret", () => {
    fc.assert(
      fc.property(tokens, (token) => {
        expect(readRefreshToken(formatRefreshToken(token, secret), `${secret}!`)).toBeUndefined();
      }),
    );
  });

  it.each(["", "a.b.c", "null", "..", `${"0".repeat(24)}.1.`])("reads nothing from %j", (text) => {
    expect(readRefreshToken(text, secret)).toBeUndefined();
  });
});
