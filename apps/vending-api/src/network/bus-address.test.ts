import { describe, expect, it } from "vitest";
import { addressMistake } from "./bus-address.ts";

const meter = { firstUnitId: 1 };
const others = [
  { name: "Three-phase 1", unitAddress: 4, step: 3 },
  { name: "Single 1", unitAddress: 13, step: 1 },
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
  ])("$unitAddress with $step unit ids: $code", ({ unitAddress, step, code }) => {
    expect(addressMistake({ name: "New", unitAddress, step }, meter, others)?.code).toBe(code);
  });

  it("refuses what lies before the meter, and names who has an address", () => {
    expect(addressMistake({ name: "New", unitAddress: 3, step: 1 }, { firstUnitId: 37 }, [])?.code).toBe(
      "address-invalid",
    );
    expect(addressMistake({ name: "New", unitAddress: 5, step: 1 }, meter, others)?.detail).toBe(
      "Three-phase 1 has addresses 4 to 6 of this bus",
    );
  });
});
