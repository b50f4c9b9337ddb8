import { describe, expect, it } from "vitest";
import { profileVariant } from "./decode.ts";
import { dlt645Prepaid } from "./dlt645-prepaid.ts";
import { meterEventBlocks, readMeterEvents } from "./meter-events.ts";
import { profileSchema } from "./profile.ts";

const variant = profileVariant(dlt645Prepaid, "single-phase");

describe("what a DL/T 645 meter reports", () => {
  it("stands in status word 1 and in the count of openings", () => {
    expect(meterEventBlocks(variant)).toEqual([
      { name: "statusWord1", dataId: 0x04000501, bytes: 2 },
      { name: "coverOpenCount", dataId: 0x03300d00, bytes: 3 },
    ]);
  });

  // DL/T 645-2007, annex C: bit 2 clock battery, bit 3 battery for reading without mains; bits 4 and 5 directions of power.
  it.each([
    [0x0000, false],
    [0x0004, true],
    [0x0008, true],
    [0x0030, false],
  ])("is a low battery in %i: %s", (statusWord1, stands) => {
    expect(readMeterEvents(variant, { statusWord1, coverOpenCount: 2 })).toEqual([
      { kind: "meter-battery", register: "statusWord1", stands, count: null },
      { kind: "meter-cover-open", register: "coverOpenCount", stands: null, count: 2 },
    ]);
  });

  it("is left out where the meter does not tell it", () => {
    expect(readMeterEvents(variant, { statusWord1: 0 })).toHaveLength(1);
    expect(readMeterEvents(variant, { statusWord1: 0, coverOpenCount: null })).toHaveLength(1);
  });
});

it("names registers that the profile has", () => {
  const wrong = {
    ...dlt645Prepaid,
    variants: {
      "single-phase": {
        ...variant,
        serial: { registers: ["serialDigits", "nowhere"] },
        events: [{ kind: "phase-loss", register: "statusWord4", mask: 0x80 }],
      },
    },
  };
  expect(profileSchema.safeParse(wrong).error?.issues.map(({ path }) => path.join("."))).toEqual([
    "variants.single-phase.serial.registers.1",
    "variants.single-phase.events.0.register",
  ]);
});
