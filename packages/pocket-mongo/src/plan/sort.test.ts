import { expect, test } from "vitest";
import { doc, type Value } from "../bson/value.ts";
import { parseSort, sortKey } from "./sort.ts";

const documents = (...values: Value[]): Value[] => values.map((x) => doc({ x }));

test("an element that is no document counts as null on a path through its array, as in an index", () => {
  const document = doc({ list: [...documents("b"), "alone"] });
  expect(sortKey(parseSort(doc({ "list.x": 1 })), document)).toEqual([null]);
  expect(sortKey(parseSort(doc({ "list.x": -1 })), document)).toEqual(["b"]);
});

test("two fields of one array are taken from the same element", () => {
  const document = doc({ list: [doc({ x: "a", y: "z" }), doc({ x: "b", y: "a" })] });
  expect(sortKey(parseSort(doc({ "list.x": 1, "list.y": 1 })), document)).toEqual(["a", "z"]);
});

test("two arrays side by side cannot be sorted by", () => {
  const sort = parseSort(doc({ a: 1, b: 1 }));
  expect(() => sortKey(sort, doc({ a: ["x"], b: ["y"] }))).toThrow(
    expect.objectContaining({ code: 2, message: "cannot sort with keys that are parallel arrays" }),
  );
});
