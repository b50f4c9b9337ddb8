import { describe, expect, it } from "vitest";
import { brokenTextPaths, isTooDeep } from "./input-shape.ts";

const nested = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));

describe("the depth of a body", () => {
  it.each<[unknown, boolean]>([
    ["text", false],
    [{ a: { b: [1, { c: null }] } }, false],
    [nested(64), false],
    [nested(66), true],
    [nested(40_000), true],
    [{ a: [nested(70)] }, true],
  ])("case %#", (value, expected) => {
    expect(isTooDeep(value)).toBe(expected);
  });
});

describe("texts that no store keeps as they are", () => {
  it.each<[string, unknown, string[]]>([
    ["whole pairs and other planes", { name: "宿舍 🔌 \u{10ffff}" }, []],
    ["tabs and line ends", ["a\tb\r\nc"], []],
    ["half a pair", { note: "a\ud800b" }, ["note"]],
    ["the other half", { rooms: [{ name: "ok" }, { name: "\udc00" }] }, ["rooms.1.name"]],
    ["halves the wrong way round", "\udc00\ud800", [""]],
    ["NUL", { a: { b: "x\u0000" } }, ["a.b"]],
    ["a field's name", { "a\u0000": 1 }, ["a\u0000"]],
  ])("%s", (_what, value, paths) => {
    expect(brokenTextPaths(value)).toEqual(paths);
  });
});
