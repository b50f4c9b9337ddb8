import { describe, expect, it } from "vitest";
import { z } from "zod";
import { isApiError } from "../errors.ts";
import { parseInput } from "./parse-input.ts";

const schema = z.strictObject({
  name: z.string().min(2),
  amountMinor: z.int().positive().max(1_000_000),
  kind: z.enum(["cash", "card"]),
  people: z.array(z.strictObject({ name: z.string() })).max(2),
  day: z.iso.date().optional(),
});
const good = { name: "Li Wei", amountMinor: 5000, kind: "cash", people: [{ name: "Li" }] };

function mistakesIn(input: unknown) {
  try {
    parseInput(schema, input, { code: "invalid-body", fieldProblems: { amountMinor: "amount-invalid" } });
  } catch (error) {
    if (isApiError(error))
      return { code: error.code, errors: error.errors.map(({ path, code }) => ({ path, code })) };
    throw error;
  }
  return undefined;
}

describe("parseInput", () => {
  it("returns what the schema makes of good input", () => {
    expect(parseInput(schema, good, { code: "invalid-body" })).toEqual(good);
  });

  it.each([
    ["nothing", undefined, "invalid-body", "", "required"],
    ["a list", [], "invalid-body", "", "wrong-type"],
    ["a missing field", { ...good, name: undefined }, "invalid-body", "name", "required"],
    ["a wrong type", { ...good, name: 7 }, "invalid-body", "name", "wrong-type"],
    ["a null", { ...good, name: null }, "invalid-body", "name", "wrong-type"],
    ["too short", { ...good, name: "L" }, "invalid-body", "name", "too-small"],
    ["an unknown field", { ...good, colour: "red" }, "invalid-body", "colour", "unknown-field"],
    [
      "an unknown field within",
      { ...good, people: [{ name: "Li", age: 3 }] },
      "invalid-body",
      "people.0.age",
      "unknown-field",
    ],
    ["a missing field within", { ...good, people: [{}] }, "invalid-body", "people.0.name", "required"],
    [
      "too many",
      { ...good, people: [1, 2, 3].map(() => ({ name: "Li" })) },
      "invalid-body",
      "people",
      "too-large",
    ],
    ["no such choice", { ...good, kind: "beads" }, "invalid-body", "kind", "not-allowed"],
    ["a malformed day", { ...good, day: "2026-02-30" }, "invalid-body", "day", "malformed"],
    ["a negative amount", { ...good, amountMinor: -1 }, "amount-invalid", "amountMinor", "too-small"],
    ["a fractional amount", { ...good, amountMinor: 0.5 }, "amount-invalid", "amountMinor", "wrong-type"],
    ["an amount in words", { ...good, amountMinor: "50" }, "amount-invalid", "amountMinor", "wrong-type"],
    [
      "an amount beyond integers",
      { ...good, amountMinor: 1e300 },
      "amount-invalid",
      "amountMinor",
      "too-large",
    ],
    ["no amount", { ...good, amountMinor: undefined }, "amount-invalid", "amountMinor", "required"],
  ])("names %s", (_what, input, code, path, fieldCode) => {
    const mistakes = mistakesIn(input);
    expect(mistakes?.code).toBe(code);
    expect(mistakes?.errors).toContainEqual({ path, code: fieldCode });
  });

  it("names every mistake of a body at once, up to fifty", () => {
    expect(mistakesIn({ people: [{}] })?.errors.map(({ path }) => path)).toEqual([
      "name",
      "amountMinor",
      "kind",
      "people.0.name",
    ]);
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`field${index}`, 1]));
    expect(mistakesIn({ ...good, ...many })?.errors).toHaveLength(50);
  });
});
