import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acrelAdf400l } from "./acrel-adf400l.ts";
import { decodeBlock, profileRegister, profileVariant, registerBlock } from "./decode.ts";
import { dlt645Prepaid } from "./dlt645-prepaid.ts";
import { creditBlocks, nextPurchaseCount, purchaseWrite, readCredit } from "./meter-credit.ts";
import { compareParameters, parameterMistakes, parameterWrite } from "./parameters.ts";
import { modbusRegisterSchema } from "./profile.ts";
import { registerWrite } from "./register-write.ts";

const single = profileVariant(acrelAdf400l, "single-phase");
const dlt645 = profileVariant(dlt645Prepaid, "single-phase");

describe("a purchase", () => {
  // Manual V1.2, 9.4: 050D amount u32 × 0.01, 050F count u16; 030A remaining s32, 030E count.
  it("is amount and count in one write: 100.00 as the third purchase", () => {
    expect(purchaseWrite(single, { amountMinor: 10_000, count: 3 })).toEqual({
      address: 0x050d,
      words: [0x0000, 0x2710, 0x0003],
    });
  });

  it("of a three-phase circuit goes to its own area", () => {
    const three = profileVariant(acrelAdf400l, "three-phase");
    expect(purchaseWrite(three, { amountMinor: 1, count: 1 })).toEqual({ address: 0x0543, words: [0, 1, 1] });
  });

  it("is read back as remaining credit and count", () => {
    expect(creditBlocks(single)).toEqual([
      { name: "from remainingMinor", function: 3, address: 0x030a, count: 5 },
    ]);
    expect(readCredit(single, [[0xffff, 0xfb1e, 0, 0, 17]])).toEqual({
      remainingMinor: -1250,
      purchaseCount: 17,
    });
  });

  it("counts on from 0 after the most that the count reaches", () => {
    expect([nextPurchaseCount(single, 17), nextPurchaseCount(single, 0xffff)]).toEqual([18, 0]);
  });

  it("cannot be written into a meter that only a card or a sales system credits", () => {
    expect(() => purchaseWrite(dlt645, { amountMinor: 1, count: 1 })).toThrow(
      expect.objectContaining({ code: "no-credit" }),
    );
    expect(
      readCredit(dlt645, [
        [0x50, 0x12, 0x00, 0x00],
        [0x17, 0x00],
      ]),
    ).toEqual({
      remainingMinor: 1250,
      purchaseCount: 17,
    });
  });
});

describe("parameters", () => {
  it.each([
    { name: "loadControl.recoveryS", value: 300, write: { address: 0x0706, words: [30] } },
    { name: "prepaid.alarm1Minor", value: 70_000, write: { address: 0x0509, words: [1, 4464] } },
  ])("$name is written as $write", ({ name, value, write }) => {
    expect(parameterWrite(single, name, value)).toEqual(write);
  });

  it("of DL/T 645 carry password and operator, and four digits a pair of bytes", () => {
    const access = { level: 2, password: "123456", operator: "00000001" };
    expect(parameterWrite(dlt645, "prepaid.alarm1Minor", 1250, { access })).toEqual({
      control: 0x14,
      data: [0x01, 0x10, 0x00, 0x04, 0x02, 0x56, 0x34, 0x12, 0x01, 0, 0, 0, 0x50, 0x12, 0x00, 0x00],
    });
  });

  it.each([
    { name: "loadControl.recoveryS", value: 305, code: "value-unfit" },
    { name: "loadControl.allowedTrips", value: 65_536, code: "value-unfit" },
    { name: "loadControl.allowedTrips", value: 1.5, code: "value-unfit" },
    { name: "purchaseCount", value: 1, code: "unknown-register" },
  ])("$name = $value is refused", ({ name, value, code }) => {
    expect(() => parameterWrite(single, name, value)).toThrow(expect.objectContaining({ code }));
  });

  it("are compared one by one, in the order of the profile", () => {
    const desired = { "loadControl.allowedTrips": 3, "prepaid.switch": 1, "prepaid.alarm1Minor": 500 };
    const actual = { "prepaid.switch": 1, "prepaid.alarm1Minor": 0, "loadControl.allowedTrips": null };
    expect(compareParameters(single, desired, actual)).toEqual([
      { name: "prepaid.switch", desired: 1, actual: 1, state: "same" },
      { name: "prepaid.alarm1Minor", desired: 500, actual: 0, state: "differs" },
      { name: "loadControl.allowedTrips", desired: 3, actual: null, state: "unreadable" },
    ]);
  });

  it("that the meter has not, or not so high, are named", () => {
    expect(parameterMistakes(single, { colour: 1, "system.ct01Ratio": 0, "prepaid.switch": 1 })).toEqual([
      { name: "colour", message: "this meter has no such parameter" },
      { name: "system.ct01Ratio", message: "must be from 1 to 9999" },
    ]);
  });
});

it("what is written is what is read back, for every Modbus type and order", () => {
  const ranges = {
    u16: [0, 65_535],
    s16: [-32_768, 32_767],
    u32: [0, 4_294_967_295],
    s32: [-2_147_483_648, 2_147_483_647],
  } as const;
  fc.assert(
    fc.property(
      fc.constantFrom("u16" as const, "s16" as const, "u32" as const, "s32" as const),
      fc.constantFrom("hl" as const, "lh" as const),
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (type, wordOrder, step, share) => {
        const [lowest, highest] = ranges[type];
        const value = (lowest + Math.floor(share * (highest - lowest))) * step;
        const register = modbusRegisterSchema.parse({
          name: "value",
          address: 7,
          type,
          wordOrder,
          scale: [step, 1],
        });
        const write = registerWrite([{ register, value }]);
        expect("words" in write && decodeBlock([register], registerBlock(register), write.words)).toEqual({
          value,
        });
      },
    ),
  );
});

it("registers that are no neighbours are not written together", () => {
  const register = (name: string) => profileRegister(acrelAdf400l, "single-phase", name);
  const values = [
    { register: register("prepaid.switch"), value: 1 },
    { register: register("loadControl.switch"), value: 1 },
  ];
  expect(() => registerWrite(values)).toThrow(expect.objectContaining({ code: "registers-apart" }));
});
