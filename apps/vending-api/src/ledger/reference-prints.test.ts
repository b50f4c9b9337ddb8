import { describe, expect, it } from "vitest";
import { createReferencePrints } from "./reference-prints.ts";

const reference = (i: number) => ({ siteId: `s${i % 3}`, refSpace: "request" as const, ref: `key-${i}` });

describe("prints of references", () => {
  it("tell that none of a hundred thousand comes twice", () => {
    const prints = createReferencePrints();
    for (let i = 0; i < 100_000; i += 1) prints.add(reference(i));
    expect(prints.mayRepeat()).toBe(false);
  });

  it.each([0, 1, 4999, 99_999])("tell when number %i comes again at the end", (again) => {
    const prints = createReferencePrints();
    for (let i = 0; i < 100_000; i += 1) prints.add(reference(i));
    prints.add(reference(again));
    expect(prints.mayRepeat()).toBe(true);
  });

  it.each([
    ["another site", { siteId: "s9" }],
    ["another space", { refSpace: "payment" as const }],
    ["another reference", { ref: "key-8" }],
  ])("keep %s apart", (_what, other) => {
    const prints = createReferencePrints();
    prints.add(reference(7));
    prints.add({ ...reference(7), ...other });
    expect(prints.mayRepeat()).toBe(false);
  });

  it("know nothing of an empty journal", () => {
    expect(createReferencePrints().mayRepeat()).toBe(false);
  });
});
