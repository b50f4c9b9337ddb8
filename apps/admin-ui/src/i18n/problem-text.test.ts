import { describe, expect, it } from "vitest";
import { problemFrom } from "../api/problem.ts";
import { commonEn } from "./common.en.ts";
import { commonZh } from "./common.zh.ts";
import { createTranslate } from "./interpolate.ts";
import { problemText } from "./problem-text.ts";

const english = createTranslate(commonEn);
const chinese = createTranslate(commonZh);

describe("problemText", () => {
  it("speaks by code in the reader's language", () => {
    const closed = problemFrom(409, { code: "household-closed", detail: "Household h1 is closed" });
    expect(problemText(closed, english)).toBe("This household is closed; nothing can be sold to it.");
    expect(problemText(closed, chinese)).toBe("该户已销户，不能售电。");
  });

  it("falls back to the API's own words, also for a code that looks like one of ours", () => {
    for (const code of ["meter-on-strike", "other", "toString"])
      expect(problemText(problemFrom(409, { code, detail: "No." }), english)).toBe(
        "The server refused this: No.",
      );
  });

  it("names refused fields", () => {
    const errors = [
      { path: "amountMinor", code: "too-small", message: "must be positive" },
      { path: "note", code: "on-strike", message: "refuses to work" },
    ];
    const invalid = problemFrom(400, { code: "invalid-body", detail: "", errors });
    expect(problemText(invalid, english)).toContain(
      "amountMinor: is too small or too short (must be positive); note: refuses to work",
    );
    expect(problemText(invalid, chinese)).toContain("amountMinor: 过小或过短（must be positive）");
  });

  it("says why a card is refused, and nothing of its memory", () => {
    const errors = [{ path: "memory", code: "cloned", message: "A copy." }];
    const refused = problemFrom(422, { code: "card-refused", detail: "A copy.", errors });
    expect(problemText(refused, english)).toBe("This card is a copy: its credit belongs to another chip.");
    expect(problemText(refused, chinese)).toBe("这是复制卡：金额属于另一张卡。");
  });
});
