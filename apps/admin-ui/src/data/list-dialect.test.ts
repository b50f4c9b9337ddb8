import { describe, expect, it } from "vitest";
import { changedFields, listQuery, totalOf } from "./list-dialect.ts";

const read = (query: string) =>
  Object.fromEntries([...new URLSearchParams(query)].map(([key, value]) => [key, JSON.parse(value)]));

describe("listQuery", () => {
  it("writes sort, range and filter as JSON", () => {
    const query = listQuery({
      pagination: { page: 3, perPage: 25 },
      sort: { field: "name", order: "DESC" },
      filter: { q: "101 & 2", status: "open" },
    });
    expect(read(query)).toEqual({
      sort: ["name", "DESC"],
      range: [50, 74],
      filter: { q: "101 & 2", status: "open" },
    });
  });

  it("leaves empty filters out, but not false and zero", () => {
    const query = listQuery({ filter: { q: "", kind: undefined, siteId: null, locked: false, seq: 0 } });
    expect(read(query).filter).toEqual({ locked: false, seq: 0 });
    expect(listQuery({ filter: { q: "" } })).not.toContain("filter");
  });
});

describe("totalOf", () => {
  it.each([
    ["households 0-24/319", 319],
    ["households */0", 0],
    [null, null],
    ["households 0-24/*", null],
  ])("%s", (header, total) => {
    expect(totalOf(header)).toBe(total);
  });
});

describe("changedFields", () => {
  it.each([
    [{ id: "a", name: "x", floor: 1 }, { id: "a", name: "y", floor: 1 }, { name: "y" }],
    [{ rules: { a: [1, 2] } }, { rules: { a: [1, 2] } }, {}],
    [{ rules: { a: [1, 2] } }, { rules: { a: [2, 1] } }, { rules: { a: [2, 1] } }],
    [{ note: undefined }, { note: null }, { note: null }],
    [{}, { tags: [] }, { tags: [] }],
    [{ id: "a" }, { id: "b" }, {}],
  ])("%j to %j", (previous, next, expected) => {
    expect(changedFields(previous, next)).toEqual(expected);
  });
});
