import { describe, expect, it } from "vitest";
import { codeOf, readCode } from "./document-code.ts";

describe("codeOf", () => {
  // 0x1 f f… : 60 bits in groups of five, each a letter of Crockford's alphabet.
  it.each([
    ["0".repeat(64), "0000-0000-0000"],
    [`${"f".repeat(15)}${"0".repeat(49)}`, "ZZZZ-ZZZZ-ZZZZ"],
    [`000000000000001${"f".repeat(49)}`, "0000-0000-0001"],
    [`084210842108421${"0".repeat(49)}`, "1111-1111-1111"],
  ])("%s gives %s", (hash, code) => {
    expect(codeOf(hash)).toBe(code);
  });
});

describe("readCode", () => {
  it.each([
    ["7K2M-9QXA-04TZ", "7K2M-9QXA-04TZ"],
    ["7k2m9qxao4tz", "7K2M-9QXA-04TZ"],
    [" 7K2M 9QXA O4TZ ", "7K2M-9QXA-04TZ"],
    ["lIlI-1111-1111", "1111-1111-1111"],
  ])("takes %s for %s", (typed, code) => {
    expect(readCode(typed)).toBe(code);
  });

  it.each(["", "7K2M-9QXA", "7K2M-9QXA-04TZ-0", "UUUU-UUUU-UUUU", "$ne", "7K2M-9QXA-04T*"])(
    "refuses %j",
    (typed) => {
      expect(readCode(typed)).toBeUndefined();
    },
  );
});
