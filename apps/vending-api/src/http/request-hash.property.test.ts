import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, isSameJson, requestHashOf } from "./request-hash.ts";

/** The same value with the keys of every object in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

const request = {
  method: "post",
  path: "/purchases",
  callerId: "u1",
  body: { householdId: "h1", amountMinor: 5000 },
};

describe("canonicalJson", () => {
  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => canonicalJson(reversed(value)) === canonicalJson(value)),
    );
  });

  it("says the same as JSON, so different values have different text", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe("isSameJson", () => {
  it("holds where canonical JSON is equal, and nowhere else", () => {
    const values = fc.anything();
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(isSameJson(a, b)).toBe(canonicalJson(a) === canonicalJson(b));
        expect(isSameJson(a, reversed(a))).toBe(true);
        expect(isSameJson([a], [structuredClone(a)])).toBe(true);
      }),
    );
  });

  it.each([
    ["a member too many", { a: 1 }, { a: 1, b: 2 }],
    ["null for none", { a: null }, {}],
    ["another name of as many", { a: 1 }, { b: 1 }],
    ["a name that every object has", { constructor: {} }, {}],
    ["a list and an object", [1], { 0: 1 }],
    ["a shorter list", [1, 2], [1]],
    ["text and number", "1", 1],
  ])("sees %s, both ways", (_what, a, b) => {
    expect(isSameJson(a, b)).toBe(false);
    expect(isSameJson(b, a)).toBe(false);
  });

  it("takes a member without a value for none", () => {
    expect(isSameJson({ a: undefined, b: [1] }, { b: [1] })).toBe(true);
    expect(isSameJson({ b: [1] }, { a: undefined, b: [1] })).toBe(true);
  });
});

describe("requestHashOf", () => {
  it("is equal for the same request written differently", () => {
    expect(requestHashOf({ ...request, method: "POST", body: reversed(request.body) })).toBe(
      requestHashOf(request),
    );
  });

  it.each([
    ["method", { method: "put" }],
    ["path", { path: "/refunds" }],
    ["caller", { callerId: "u2" }],
    ["amount", { body: { ...request.body, amountMinor: 5001 } }],
    ["missing body", { body: undefined }],
  ])("differs by %s", (_what, difference) => {
    expect(requestHashOf({ ...request, ...difference })).not.toBe(requestHashOf(request));
  });
});
