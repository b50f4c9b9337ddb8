import { describe, expect, it } from "vitest";
import { z } from "zod";
import { isApiError } from "../errors.ts";
import { equalityConditions, escapeRegex, listQuery, oneOrMany } from "./list-query.ts";
import { parseInput } from "./parse-input.ts";

const schema = listQuery({
  sort: ["name", "floor"],
  filter: { floor: oneOrMany(z.int()).optional(), q: z.string().min(1).optional() },
});
const parse = (query: Record<string, string>) => parseInput(schema, query, { code: "invalid-query" });

describe("listQuery", () => {
  it("has defaults: the first field, the first rows, no filter", () => {
    expect(parse({})).toEqual({
      sort: { field: "name", order: "ASC" },
      range: { from: 0, to: 24 },
      filter: {},
    });
  });

  it("reads the dialect of ra-data-simple-rest", () => {
    expect(
      parse({ sort: '["floor","DESC"]', range: "[50,74]", filter: '{"floor":[1,2],"id":["a","b"]}' }),
    ).toEqual({
      sort: { field: "floor", order: "DESC" },
      range: { from: 50, to: 74 },
      filter: { floor: [1, 2], id: ["a", "b"] },
    });
  });

  it.each<[string, Record<string, string>]>([
    ["sort that is no JSON", { sort: "name" }],
    ["sort by a field that is not named", { sort: '["passwordHash","ASC"]' }],
    ["sort in no order", { sort: '["name","UP"]' }],
    ["an operator for a field", { sort: '[{"$gt":1},"ASC"]' }],
    ["a range that ends before it begins", { range: "[10,5]" }],
    ["a range of more than 1000 rows", { range: "[0,1000]" }],
    ["a negative range", { range: "[-1,5]" }],
    ["a fractional range", { range: "[0,1.5]" }],
    ["a range of words", { range: '["0","9"]' }],
    ["a filter that is no JSON", { filter: "{floor" }],
    ["a filter that is a list", { filter: "[]" }],
    ["a filter on a field that is not named", { filter: '{"passwordHash":"x"}' }],
    ["an operator in a filter", { filter: '{"floor":{"$gt":0}}' }],
    ["an operator as id", { filter: '{"id":{"$ne":null}}' }],
    ["a parameter that does not exist", { page: "2" }],
  ])("refuses %s", (_what, query) => {
    expect(() => parse(query)).toThrow(expect.objectContaining({ code: "invalid-query" }));
    try {
      parse(query);
    } catch (error) {
      expect(isApiError(error) && error.errors.length).toBeGreaterThan(0);
    }
  });
});

describe("equalityConditions", () => {
  it("leaves absent fields out, renames id, and turns lists into $in", () => {
    expect(equalityConditions({ id: ["a", "b"], floor: 2, name: undefined })).toEqual({
      _id: { $in: ["a", "b"] },
      floor: 2,
    });
  });
});

describe("escapeRegex", () => {
  it.each(["a.b", "(", "[x]", "a*b+c?", "^$", "a|b", "\\", "{2}", "a-b", "/x/", "李伟"])(
    "finds %s literally",
    (text) => {
      expect(new RegExp(`^${escapeRegex(text)}$`).test(text)).toBe(true);
      expect(new RegExp(`^${escapeRegex(text)}$`).test(`${text}x`)).toBe(false);
    },
  );
});
