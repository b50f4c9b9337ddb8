import { describe, expect, it } from "vitest";
import { acrelAdf400l } from "./acrel-adf400l.ts";
import {
  blocksFor,
  decodeBlock,
  describeBlock,
  profileRegister,
  registerBlock,
  registerPlace,
} from "./decode.ts";
import { isModbusBlock, isModbusRegister, modbusRegisterSchema } from "./profile.ts";
import { formatFixed, formatValue, ratioFactor, unitOf } from "./units.ts";

const row = (type: "u16" | "s16" | "u32" | "s32" | "f32", more: object = {}) =>
  modbusRegisterSchema.parse({ name: "energyWh", address: 0x10, type, ...more });
const block = { name: "test", function: 3 as const, address: 0x10, count: 2 };

describe("decodeBlock", () => {
  // Two's complement and word orders worked by hand.
  it.each([
    { type: "u16", words: [0xffff, 0], value: 65_535 },
    { type: "s16", words: [0xffff, 0], value: -1 },
    { type: "s16", words: [0x8000, 0], value: -32_768 },
    { type: "s16", words: [0x7fff, 0], value: 32_767 },
    { type: "u32", words: [0x0001, 0x0000], value: 65_536 },
    { type: "u32", words: [0xffff, 0xffff], value: 4_294_967_295 },
    { type: "s32", words: [0xffff, 0xfff6], value: -10 },
    { type: "s32", words: [0x8000, 0x0000], value: -2_147_483_648 },
  ] as const)("reads $type $words as $value", ({ type, words, value }) => {
    expect(decodeBlock([row(type)], block, words)).toEqual({ energyWh: value });
  });

  it("takes the low word first where the profile says so", () => {
    expect(decodeBlock([row("u32", { wordOrder: "lh" })], block, [0x0002, 0x0001])).toEqual({
      energyWh: 65_538,
    });
  });

  it.each([
    { scale: [10, 1], raw: 7, value: 70 },
    { scale: [1, 10], raw: 24, value: 2 },
    { scale: [1, 10], raw: 25, value: 3 },
    { scale: [1, 10], raw: 0xffff - 24, value: -3 },
    { scale: [1, 10], raw: 0xffff, value: 0 },
  ])("scales $raw by $scale to $value, half away from zero", ({ scale, raw, value }) => {
    expect(decodeBlock([row("s16", { scale })], block, [raw, 0])).toEqual({ energyWh: value });
  });

  it("leaves out a register that the block cuts in two", () => {
    expect(decodeBlock([row("u32", { address: 0x11 })], block, [1, 2])).toEqual({});
  });

  it("refuses a reply of another length", () => {
    expect(() => decodeBlock([row("u16")], block, [1])).toThrow(
      expect.objectContaining({ code: "wrong-word-count", failureClass: "transient" }),
    );
  });
});

describe("what a device has shown (change.md of the source repository, read back after factory start)", () => {
  it("reads the factory price 100.00 from the words 0, 10000 at 0x0537: high word first", () => {
    const register = profileRegister(acrelAdf400l, "three-phase", "prepaid.tipPriceMinorPerKWh");
    expect(registerPlace(register)).toBe("0x0537");
    expect(describeBlock([register], registerBlock(register), [0, 10_000])[0]?.text).toBe("100.00/kWh");
  });

  it("finds the 21 words of the rate table at 0x0914 and its twin at 0x0929", () => {
    const table = acrelAdf400l.variants["three-phase"]?.registers ?? [];
    const addresses = (prefix: string) =>
      table
        .filter(isModbusRegister)
        .filter((register) => register.name.startsWith(prefix))
        .map((register) => register.address);
    expect([addresses("system.rateTable1.").at(0), addresses("system.rateTable1.").at(-1)]).toEqual([
      0x0914, 0x0928,
    ]);
    expect([addresses("system.rateTable2.").at(0), addresses("system.rateTable2.").at(-1)]).toEqual([
      0x0929, 0x093d,
    ]);
  });

  it("reads the metering mode 0x0100 at 0x0908 as a word", () => {
    const register = profileRegister(acrelAdf400l, "single-phase", "system.protocolWord");
    expect(registerPlace(register)).toBe("0x0908");
    expect(describeBlock([register], registerBlock(register), [0x0100])[0]?.text).toBe("0x0100");
  });
});

describe("names", () => {
  it("refuses an unknown variant or register by code", () => {
    expect(() => profileRegister(acrelAdf400l, "two-phase", "energyWh")).toThrow(
      expect.objectContaining({ code: "unknown-variant" }),
    );
    expect(() => profileRegister(acrelAdf400l, "single-phase", "phaseB.energyWh")).toThrow(
      expect.objectContaining({ code: "unknown-register" }),
    );
  });

  it.each([
    ["energyWh", "Wh"],
    ["phaseA.voltageDv", "Dv"],
    ["prepaid.tipPriceMinorPerKWh", "MinorPerKWh"],
    ["reactiveEnergyVarh", "Varh"],
    ["frequencyCHz", "CHz"],
    ["purchaseCount", undefined],
    ["system.threePhaseCircuits", undefined],
    ["system.ct01Ratio", undefined],
  ])("finds the unit of %s", (name, unit) => {
    expect(unitOf(name)).toBe(unit);
  });

  it.each([
    ["voltageDv", 2301, "230.1 V"],
    ["currentCa", 5, "0.05 A"],
    ["powerFactorMilli", -987, "-0.987"],
    ["remainingMinor", -10_000, "-100.00"],
    ["statusWord", 0x2000, "0x2000"],
    ["purchaseCount", 3, "3"],
    ["energyWh", 123_450, "123450 Wh"],
  ])("writes %s %i as %s", (name, value, text) => {
    expect(formatValue(name, value)).toBe(text);
  });

  it("keeps the zeros of small numbers", () => {
    expect([formatFixed(0, 2), formatFixed(-1, 3), formatFixed(12, 0)]).toEqual(["0.00", "-0.001", "12"]);
  });

  it.each([
    ["energyWh", 3000],
    ["activePowerW", 3000],
    ["currentCa", 30],
    ["voltageDv", 100],
    ["powerFactorMilli", 1],
    ["prepaid.tipPriceMinorPerKWh", 1],
    ["remainingMinor", 1],
  ])("multiplies %s by %i for CT 30 and PT 100", (name, factor) => {
    expect(ratioFactor(name, 30, 100)).toBe(factor);
  });
});

describe("blocksFor", () => {
  it("reads every register of a variant, in blocks that cross no hole and pass no 125 words", () => {
    for (const variant of Object.values(acrelAdf400l.variants)) {
      const blocks = blocksFor(variant, variant.registers).filter(isModbusBlock);
      const seen = new Set(
        blocks.flatMap((each) =>
          Object.keys(decodeBlock(variant.registers, each, new Array(each.count).fill(0))),
        ),
      );
      expect(seen.size).toBe(variant.registers.length);
      for (const each of blocks) {
        expect(each.count).toBeLessThanOrEqual(125);
        expect(
          variant.holes.some((hole) => hole.from < each.address + each.count && hole.to >= each.address),
        ).toBe(false);
      }
    }
  });
});
