import { describe, expect, it } from "vitest";
import { searchWords, wordBeginsWith } from "./search-words.ts";

const finds = (typed: string, name: string) => {
  const { $regex } = wordBeginsWith(typed);
  return searchWords(name).some((word) => new RegExp($regex).test(word));
};

describe("search by name", () => {
  it.each([
    ["wei", "Li Wei", true],
    ["LI W", "Li Wei", true],
    ["ei", "Li Wei", false],
    ["李", "李伟", true],
    ["伟", "Li Wei 李伟", false],
    ["101", "A-101", true],
    ["a-1", "A-101", true],
    [".*", "Li Wei", false],
    ["(", "Li (Wei)", true],
    ["  li ", "Li Wei", true],
    ["o'n", "Mary O'Neill", true],
  ])("%j in %j: %s", (typed, name, expected) => {
    expect(finds(typed, name)).toBe(expected);
  });
});
