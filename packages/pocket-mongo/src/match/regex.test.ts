import { expect, test } from "vitest";
import { compileRegex } from "./regex.ts";

// Expectations are PCRE's (pcre2pattern(3)), which MongoDB uses.
test.each([
  ["^$", "", "", true],
  ["^$", "", "\u{1F600}", false],
  ["^b", "", "\u{1F600}b", false],
  ["a$", "", "a\n", true],
  ["a$", "", "a\nb", false],
  ["^b", "m", "a\nb", true],
  ["a$", "m", "a\nb", true],
  ["^$", "m", "\u{1F600}", false],
  ["\\Ab", "m", "a\nb", false],
  ["a\\z", "", "a\n", false],
  ["a\\Z", "", "a\n", true],
])("/%s/%s on %j: %s", (pattern, options, text, matches) => {
  expect(compileRegex(pattern, options).test(text)).toBe(matches);
});
