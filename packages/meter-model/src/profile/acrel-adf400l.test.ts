import { describe, expect, it } from "vitest";
import { acrelAdf400l } from "./acrel-adf400l.ts";
import { builtInProfiles } from "./built-in.ts";
import { profileRegister, wordCount } from "./decode.ts";
import { decodeSample } from "./decode-sample.ts";
import { isModbusRegister } from "./profile.ts";

const context = { circuitId: "c1", at: "2025-03-01T08:00:00Z", ctRatio: 1, ptRatio: 1 };

// Composed by hand from the manual's tables: 230.1 V, 9.32 A, 2.137 kW, 0.031 kvar, 0.998, 50.02 Hz, 1234.56 kWh
// (0x0001E240), 0.89 kvarh, 100.00 left, 200.00 bought, twice, no basic amount, relay L1 closed.
const KETTLE = [
  0x08fd, 0x03a4, 0x0859, 0x001f, 0x03e6, 0x138a, 0x0001, 0xe240, 0x0000, 0x0059, 0x0000, 0x2710, 0x0000,
  0x4e20, 0x0002, 0x0000, 0x0000, 0x2000,
];

/** The same block with some words replaced, by address. */
function withWords(base: number, words: readonly number[], changes: Record<number, number>): number[] {
  return words.map((word, index) => changes[base + index] ?? word);
}
const single = (changes: Record<number, number>, more: object = {}) =>
  decodeSample(acrelAdf400l, "single-phase", [withWords(0x0300, KETTLE, changes)], { ...context, ...more });

describe("single-phase sample", () => {
  it("decodes the words of 0x0300–0x0311", () => {
    expect(single({})).toEqual({
      circuitId: "c1",
      at: "2025-03-01T08:00:00Z",
      energyWh: 1_234_560,
      activePowerW: 2137,
      reactivePowerVar: 31,
      voltageDv: 2301,
      currentCa: 932,
      powerFactorMilli: 998,
      frequencyCHz: 5002,
      relay: "closed",
      flags: [],
    });
  });

  it("multiplies energies, powers and currents by the transformers' ratios", () => {
    const sample = single({}, { ctRatio: 30, ptRatio: 2 });
    expect(sample).toMatchObject({
      energyWh: 74_073_600,
      activePowerW: 128_220,
      reactivePowerVar: 1860,
      currentCa: 27_960,
      voltageDv: 4602,
      powerFactorMilli: 998,
      flags: [],
    });
  });

  it("reads reverse power as negative", () => {
    expect(single({ 770: 0xfc18, 772: 0xfc2e })).toMatchObject({
      activePowerW: -1000,
      powerFactorMilli: -978,
      flags: [],
    });
  });

  it.each([
    { why: "relay bit clear", word: 0x0000, relay: "open", flags: [] },
    { why: "arrears and alarm bits beside the relay's", word: 0x20e0, relay: "closed", flags: [] },
    { why: "the fault bit", word: 0x2100, relay: "closed", flags: ["meter-fault"] },
  ])("reads $why from the status word", ({ word, relay, flags }) => {
    expect(single({ 785: word })).toMatchObject({ relay, flags });
  });

  it.each<{ why: string; changes: Record<number, number> }>([
    { why: "a power factor above 1", changes: { 772: 1001 } },
    { why: "a frequency no grid has", changes: { 773: 500 } },
    { why: "a voltage no phase has", changes: { 768: 9000 } },
    { why: "more power than volts times amperes", changes: { 770: 4000 } },
  ])("calls $why suspect", ({ changes }) => {
    expect(single(changes).flags).toEqual(["suspect"]);
  });

  it("accepts a dead line that reports no frequency", () => {
    expect(single({ 768: 0, 769: 0, 770: 0, 771: 0, 772: 0, 773: 0 }).flags).toEqual([]);
  });

  it.each([0x0000, 0xffff])("calls a block of nothing but 0x%s suspect", (word) => {
    expect(decodeSample(acrelAdf400l, "single-phase", [new Array(18).fill(word)], context).flags).toContain(
      "suspect",
    );
  });
});

// By hand: 230.0/231.0/229.0 V, 10.00/5.00/0.00 A, 3300 W = 2200 + 1100 + 0, 300 var = 200 + 100 + 0, 0.996, 50.00 Hz,
// energies a 1000.00, b 500.00, c 0.00, total 1500.00 kWh (0x000249F0), status L1 closed.
const THREE_PHASE = [
  0x08fc, 0x0906, 0x08f2, 0x03e8, 0x01f4, 0x0000, 0x0ce4, 0x0898, 0x044c, 0x0000, 0x012c, 0x00c8, 0x0064,
  0x0000, 0x03e4, 0x03e4, 0x03e4, 0x0000, 0x1388, 0x0001, 0x86a0, 0x0000, 0xc350, 0x0000, 0x0000, 0x0000,
  0x0000, 0x0000, 0x0000, 0x0000, 0x0000, 0x0002, 0x49f0, 0x0000, 0x0064, 0x0000, 0x0000, 0x0000, 0x0000,
  0x0000, 0x0000, 0x0000, 0x2000,
];
const three = (changes: Record<number, number>, more: object = {}) =>
  decodeSample(acrelAdf400l, "three-phase", [withWords(0x033f, THREE_PHASE, changes)], {
    ...context,
    ...more,
  });

describe("three-phase sample", () => {
  it("decodes the words of 0x033F–0x0369, total power in 1 W", () => {
    expect(three({})).toEqual({
      circuitId: "c1",
      at: "2025-03-01T08:00:00Z",
      energyWh: 1_500_000,
      activePowerW: 3300,
      reactivePowerVar: 300,
      voltageDv: 2300,
      currentCa: 1000,
      powerFactorMilli: 996,
      frequencyCHz: 5000,
      relay: "closed",
      flags: [],
      phases: [
        { voltageDv: 2300, currentCa: 1000, activePowerW: 2200 },
        { voltageDv: 2310, currentCa: 500, activePowerW: 1100 },
        { voltageDv: 2290, currentCa: 0, activePowerW: 0 },
      ],
    });
  });

  it("multiplies phases as well", () => {
    expect(three({}, { ctRatio: 100 })).toMatchObject({
      energyWh: 150_000_000,
      activePowerW: 330_000,
      currentCa: 100_000,
      phases: [{ activePowerW: 220_000 }, { activePowerW: 110_000 }, { activePowerW: 0 }],
    });
  });

  // 3 × 15,000 W = 45,000 W; as s16: 45,000 − 65,536 = −20,536 = 0xAFC8. 15,000 W at 230 V is 65.21 A.
  it("takes the phases' sum where the 16-bit total has wrapped", () => {
    const loaded = {
      833: 0x08fc,
      832: 0x08fc,
      834: 6530,
      835: 6530,
      836: 6530,
      837: 0xafc8,
      838: 15_000,
      839: 15_000,
      840: 15_000,
    };
    expect(three(loaded)).toMatchObject({ activePowerW: 45_000, flags: [] });
  });

  it("calls a total that the phases deny suspect", () => {
    expect(three({ 837: 3 }).flags).toEqual(["suspect"]);
  });
});

describe("the profile's table", () => {
  it("is built in under its id", () => {
    expect(builtInProfiles["acrel-adf400l"]).toBe(acrelAdf400l);
  });

  // Addresses copied from the manual's tables, not from the profile.
  it.each([
    ["single-phase", "energyWh", 0x0306, "u32"],
    ["single-phase", "remainingMinor", 0x030a, "s32"],
    ["single-phase", "statusWord", 0x0311, "u16"],
    ["single-phase", "reverseReactiveEnergyVarh", 0x031f, "u32"],
    ["single-phase", "tip.energyWh", 0x0400, "u32"],
    ["single-phase", "valley.reactiveEnergyVarh", 0x040e, "u32"],
    ["single-phase", "tip.forwardEnergyWh", 0x0410, "u32"],
    ["single-phase", "valley.reverseReactiveEnergyVarh", 0x042e, "u32"],
    ["single-phase", "prepaid.alarm2Minor", 0x050b, "u32"],
    ["single-phase", "prepaid.purchaseCount", 0x050f, "u16"],
    ["single-phase", "timeControl.workday12Word", 0x060c, "u16"],
    ["single-phase", "timeControl.restDaysWord", 0x0619, "u16"],
    ["single-phase", "loadControl.voltageLossDv", 0x0707, "u16"],
    ["single-phase", "forcedControl.singlePhaseWord", 0x0801, "u16"],
    ["three-phase", "activePowerW", 0x0345, "s16"],
    ["three-phase", "energyWh", 0x035e, "u32"],
    ["three-phase", "remainingMinor", 0x0362, "s32"],
    ["three-phase", "statusWord", 0x0369, "u16"],
    ["three-phase", "zeroSequence.currentCa", 0x0374, "u16"],
    ["three-phase", "reverseReactiveEnergyVarh", 0x0395, "u32"],
    ["three-phase", "tip.energyWh", 0x0430, "u32"],
    ["three-phase", "valley.reverseReactiveEnergyVarh", 0x045e, "u32"],
    ["three-phase", "prepaid.newPurchaseMinor", 0x0543, "u32"],
    ["three-phase", "prepaid.basicMinor", 0x0546, "u32"],
    ["three-phase", "timeControl.workday12Word", 0x065a, "u16"],
    ["three-phase", "timeControl.restDaysWord", 0x0667, "u16"],
    ["three-phase", "loadControl.powerIncrementW", 0x071a, "u16"],
    ["three-phase", "loadControl.voltageLossDv", 0x071f, "u16"],
    ["three-phase", "forcedControl.threePhaseWord", 0x0804, "u16"],
    ["three-phase", "system.seasons.06Word", 0x0943, "u16"],
    ["three-phase", "system.serial07Word", 0x094d, "u16"],
    ["three-phase", "system.ct12Ratio", 0x095d, "u16"],
    ["three-phase", "system.mac03Word", 0x0970, "u16"],
    ["three-phase", "phaseB.voltageHarmonicTotalCenti", 0x191f, "u16"],
    ["three-phase", "phaseC.currentHarmonic31Centi", 0x19b9, "u16"],
  ])("%s %s lies at %i as %s", (variant, name, address, type) => {
    expect(profileRegister(acrelAdf400l, variant, name)).toMatchObject({ address, type });
  });

  it("has one register per word and name, and none inside a hole", () => {
    for (const variant of Object.values(acrelAdf400l.variants)) {
      const words = variant.registers
        .filter(isModbusRegister)
        .flatMap((register) =>
          wordCount(register) === 2 ? [register.address, register.address + 1] : [register.address],
        );
      expect(new Set(words).size).toBe(words.length);
      expect(new Set(variant.registers.map((register) => register.name)).size).toBe(variant.registers.length);
      expect(
        words.filter((word) => variant.holes.some((hole) => hole.from <= word && word <= hole.to)),
      ).toEqual([]);
    }
  });

  it("marks what its source leaves unsure: status bits and the forced control word", () => {
    for (const variant of Object.values(acrelAdf400l.variants)) {
      expect(variant.relay?.command.unsure).toMatch(/high bit 1 open/);
      expect(variant.relay?.readBack.unsure).toMatch(/sibling/);
      expect(variant.fault?.unsure).toMatch(/sibling/);
    }
  });
});
