import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packDay, unpackDay } from "./pack-day.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);

const dayArbitrary = fc.record({
  readings: fc.array(
    fc.option(fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 2 ** 51 })), {
      nil: null,
    }),
    {
      minLength: 96,
      maxLength: 96,
    },
  ),
  flags: fc.array(fc.constantFrom(0, 1, 2), { minLength: 96, maxLength: 96 }),
});

describe("a packed day", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(dayArbitrary, (day) => {
        expect(unpackDay(packDay(day))).toEqual(day);
      }),
      { numRuns: RUNS },
    );
  });

  it("of a flat that is lived in takes less than 220 bytes", () => {
    const readings = Array.from({ length: 96 }, (_, slot) => 12_345_670 + slot * 140);
    expect(packDay({ readings, flags: new Array<number>(96).fill(0) }).length).toBeLessThan(220);
  });

  it("that was cut off is refused, not shown as zero", () => {
    const bytes = packDay({
      readings: new Array<number>(96).fill(300),
      flags: new Array<number>(96).fill(0),
    });
    expect(() => unpackDay(bytes.slice(0, 14))).toThrow("cut off");
    expect(() => unpackDay(Uint8Array.of(9))).toThrow("format 9");
  });
});
