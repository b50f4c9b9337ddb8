import { describe, expect, it } from "vitest";
import { differencesOf, readable, valueKind, wordsOf } from "./differences.ts";

describe("what a change did", () => {
  it.each<[string, Parameters<typeof differencesOf>, ReturnType<typeof differencesOf>]>([
    [
      "one field",
      [
        { name: "101", floor: 1 },
        { name: "102", floor: 1 },
      ],
      [{ path: "name", from: "101", to: "102" }],
    ],
    ["a new row", [null, { name: "A", note: null }], [{ path: "name", from: undefined, to: "A" }]],
    ["a row that is gone", [{ name: "A" }, null], [{ path: "name", from: "A", to: undefined }]],
    ["nothing and nothing", [{ note: null }, {}], []],
    [
      "deep inside",
      [
        { rules: { overload: { limitW: 900 }, mode: "trip" } },
        { rules: { overload: { limitW: 800 }, mode: "trip" } },
      ],
      [{ path: "rules.overload.limitW", from: 900, to: 800 }],
    ],
    [
      "a part that is new",
      [{ rules: null }, { rules: { mode: "trip" } }],
      [{ path: "rules.mode", from: undefined, to: "trip" }],
    ],
    ["a list, whole", [{ ids: ["a"] }, { ids: ["a", "b"] }], [{ path: "ids", from: ["a"], to: ["a", "b"] }]],
    ["another order of members", [{ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }], []],
  ])("%s", (_name, [before, after], expected) => {
    expect(differencesOf(before, after)).toEqual(expected);
  });
});

describe("what a person is told of it", () => {
  const changed = (path: string) => ({ path, from: undefined, to: "x" });
  it("leaves out opaque ids beside what can be read", () => {
    const all = ["name", "unitId", "siteId", "person.id", "circuitIds", "revision", "paid"].map(changed);
    expect(readable(all).map(({ path }) => path)).toEqual(["name", "paid"]);
  });
  it("is the ids where nothing else changed", () => {
    expect(readable([changed("unitId")])).toEqual([changed("unitId")]);
  });
});

it.each([
  ["versions", [{ number: 1 }], "list"],
  ["kinds", ["alarm"], "text"],
  ["cutMinor", 500, "money"],
  ["cutMinor", "500", "text"],
  ["counted.cash", 13_175, "money"],
  ["grant.freeWh", 1000, "energy"],
  ["at", "2040-01-01T00:00:00.000Z", "instant"],
  ["name", "2040", "text"],
  ["isEnabled", false, "yes-no"],
  ["note", null, "nothing"],
] as const)("%s of %j is shown as %s", (path, value, kind) => {
  expect(valueKind(path, value)).toBe(kind);
});

it.each([
  [
    ["a", "b"],
    ["a", "b"],
  ],
  [{ a: 1 }, ['{"a":1}']],
  [42, ["42"]],
])("%j reads %s", (value, text) => {
  expect(wordsOf(value)).toEqual(text);
});
