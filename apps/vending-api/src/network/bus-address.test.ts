import { describe, expect, it } from "vitest";
import { type AddressSpan, addressMistake } from "./bus-address.ts";

const span = (more: Partial<AddressSpan>): AddressSpan => ({
  name: "New",
  unitAddress: 1,
  step: 1,
  loop: 1,
  loops: 1,
  ...more,
});
const meter = { firstUnitId: 1 };
const others = [
  span({ name: "Three-phase 1", unitAddress: 4, step: 3 }),
  span({ name: "Single 1", unitAddress: 13 }),
  span({ name: "Loop 2", unitAddress: 20, loop: 2, loops: 12 }),
  span({ name: "Flat 7", unitAddress: "000000000007" }),
];

describe("addressMistake", () => {
  it.each([
    { unitAddress: 1, step: 3, code: undefined },
    { unitAddress: 7, step: 3, code: undefined },
    { unitAddress: 14, step: 1, code: undefined },
    { unitAddress: 13, step: 1, code: "address-taken" },
    { unitAddress: 2, step: 3, code: "address-taken" },
    { unitAddress: 6, step: 1, code: "address-taken" },
    { unitAddress: 12, step: 3, code: "address-taken" },
    { unitAddress: 247, step: 1, code: undefined },
    { unitAddress: 246, step: 3, code: "address-invalid" },
  ])("$unitAddress with $step unit ids: $code", (address) => {
    expect(addressMistake(span(address), meter, others)?.code).toBe(address.code);
  });

  it.each([
    { why: "another loop of the unit", loop: 1, loops: 12, code: undefined },
    { why: "the same loop", loop: 2, loops: 12, code: "address-taken" },
    { why: "a unit without loops at its address", loop: 1, loops: 1, code: "address-taken" },
    { why: "a loop the unit has not", loop: 13, loops: 12, code: "address-invalid" },
  ])("$why: $code", ({ loop, loops, code }) => {
    expect(addressMistake(span({ unitAddress: 20, loop, loops }), meter, others)?.code).toBe(code);
  });

  it.each([
    { unitAddress: "000000000008", code: undefined },
    { unitAddress: "000000000009", code: "address-invalid" },
    { unitAddress: 8, code: "address-invalid" },
  ])("a meter at 000000000008 has no circuit at $unitAddress: $code", ({ unitAddress, code }) => {
    const own = { firstUnitId: "000000000008" };
    expect(addressMistake(span({ unitAddress }), own, others)?.code).toBe(code);
  });

  it("refuses what lies before the meter, and names who has an address", () => {
    const taken = (address: Partial<AddressSpan>, firstUnitId: number | string = 1) =>
      addressMistake(span(address), { firstUnitId }, others);
    expect(taken({ unitAddress: 3 }, 37)?.code).toBe("address-invalid");
    expect(taken({ unitAddress: 5 })?.detail).toBe("Three-phase 1 has addresses 4 to 6 of this bus");
    expect(taken({ unitAddress: 20, loop: 2, loops: 12 })?.detail).toBe(
      "Loop 2 has loop 2 of address 20 of this bus",
    );
    expect(taken({ unitAddress: "000000000007" }, "000000000007")?.code).toBe("address-taken");
  });
});
