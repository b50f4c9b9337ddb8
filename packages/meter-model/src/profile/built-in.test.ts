import { describe, expect, it } from "vitest";
import { acrel1352 } from "./acrel-1352.ts";
import { builtInProfiles } from "./built-in.ts";
import { blocksFor, blockWordCount, decodeBlock, profileVariant } from "./decode.ts";
import { decodeSample } from "./decode-sample.ts";
import { dlt645Prepaid } from "./dlt645-prepaid.ts";
import { eastronSdm120 } from "./eastron-sdm120.ts";
import { eastronSdm630 } from "./eastron-sdm630.ts";
import { isModbusBlock } from "./profile.ts";
import { relayWrite } from "./relay-write.ts";

const context = { circuitId: "c1", at: "2026-03-01T08:00:00Z", ctRatio: 1, ptRatio: 1 };

/** A reply of f32 values by address, as the platform's IEEE 754 lays them out. */
function floats(block: { address: number; count: number }, values: Record<number, number>): number[] {
  const words = new Array<number>(block.count).fill(0);
  for (const [address, value] of Object.entries(values)) {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, value);
    words[Number(address) - block.address] = view.getUint16(0);
    words[Number(address) - block.address + 1] = view.getUint16(2);
  }
  return words;
}

describe("Eastron SDM120", () => {
  // A real meter's answers as the README of the sdm_modbus driver prints them.
  const live = floats(
    { address: 0, count: 0x20 },
    {
      0: 236.89999389648438,
      6: 8.619999885559082,
      12: -1923.699951171875,
      24: -657.5999755859375,
      30: -0.9462323784828186,
    },
  );
  const energies = floats(
    { address: 0x46, count: 10 },
    { 70: 49.95000076293945, 72: 1551.3740234375, 74: 1335.6939697265625 },
  );

  it("reads a published answer", () => {
    expect(decodeSample(eastronSdm120, "single-phase", [live, energies], context)).toEqual({
      circuitId: "c1",
      at: "2026-03-01T08:00:00Z",
      energyWh: 1_551_374,
      activePowerW: -1924,
      reactivePowerVar: -658,
      voltageDv: 2369,
      currentCa: 862,
      powerFactorMilli: -946,
      frequencyCHz: 4995,
      relay: "unknown",
      flags: [],
    });
  });

  it("makes no sample of a value that is no number", () => {
    const broken = energies.with(2, 0x7fc0);
    expect(() => decodeSample(eastronSdm120, "single-phase", [live, broken], context)).toThrow(
      expect.objectContaining({ code: "unreadable-value", failureClass: "transient" }),
    );
  });

  it("has nothing to switch", () => {
    const variant = profileVariant(eastronSdm120, "single-phase");
    expect(() => relayWrite(variant, "open", { expiresAtMs: 0, timeZone: "UTC" })).toThrow(
      expect.objectContaining({ code: "no-relay" }),
    );
  });
});

it("Eastron SDM630 reads three phases and the totals from two blocks", () => {
  const phases = floats(
    { address: 0, count: 0x24 },
    { 0: 230.2, 2: 231, 4: 229, 6: 10, 8: 5, 10: 0, 12: 2200, 14: 1100, 16: 0 },
  );
  const totals = floats(
    { address: 0x34, count: 0x1c },
    { 52: 3300, 60: 300, 62: 0.996, 70: 50, 72: 1500.25 },
  );
  expect(decodeSample(eastronSdm630, "three-phase", [phases, totals], context)).toMatchObject({
    energyWh: 1_500_250,
    activePowerW: 3300,
    powerFactorMilli: 996,
    frequencyCHz: 5000,
    relay: "unknown",
    flags: [],
    phases: [
      { voltageDv: 2302, currentCa: 1000, activePowerW: 2200 },
      { voltageDv: 2310, currentCa: 500, activePowerW: 1100 },
      { voltageDv: 2290, currentCa: 0, activePowerW: 0 },
    ],
  });
});

describe("Acrel DDSY1352 and DTSY1352", () => {
  // By hand from the order of the poll block: type 5, 230.0/231.0/229.0 V, 10.00/5.00/0.00 A, 2.200/1.100/0.000/3.300 kW,
  // Q 0.200/0.100/0.000/0.300, PF 0.996/0.996/1.000/0.996, ratios 1, 1500.00 kWh, …, −12.50 left, bought 17 times, L1 closed.
  const BLOCK = [
    5, 2300, 2310, 2290, 1000, 500, 0, 2200, 1100, 0, 3300, 200, 100, 0, 300, 996, 996, 1000, 996, 1, 1,
    0x0002, 0x49f0, 0, 0, 0, 0, 0, 0, 0, 0, 0xffff, 0xfb1e, 17, 0, 5, 0x2000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ];

  it("reads the block of a three-phase meter, which does not tell its frequency", () => {
    expect(decodeSample(acrel1352, "three-phase", [BLOCK], context)).toMatchObject({
      energyWh: 1_500_000,
      activePowerW: 3300,
      reactivePowerVar: 300,
      frequencyCHz: 0,
      relay: "closed",
      flags: [],
    });
    const { registers, sampleBlocks } = profileVariant(acrel1352, "three-phase");
    const [block] = sampleBlocks;
    expect(block && decodeBlock(registers, block, BLOCK)).toMatchObject({
      remainingMinor: -1250,
      purchaseCount: 17,
    });
  });

  it.each([
    { word: 0x0000, relay: "open", flags: [] },
    { word: 0x2100, relay: "closed", flags: ["meter-fault"] },
  ])("reads the status word $word", ({ word, relay, flags }) => {
    const words = BLOCK.with(0x24, word);
    expect(decodeSample(acrel1352, "three-phase", [words], context)).toMatchObject({ relay, flags });
  });

  it("opens and closes as the manufacturer's program does: 0057, two registers", () => {
    const variant = profileVariant(acrel1352, "single-phase");
    const at = { expiresAtMs: 0, timeZone: "UTC" };
    expect(relayWrite(variant, "open", at)).toEqual({ address: 0x57, words: [1, 1] });
    expect(relayWrite(variant, "closed", at)).toEqual({ address: 0x57, words: [1, 0] });
  });
});

describe("DL/T 645-2007 prepaid meter", () => {
  // 12345.67 kWh, 220.5 V, −3.210 A, 0.7078 kW, −0.0102 kvar, 0.999, status word 3.
  const replies = (status: number[]) => [
    [0x67, 0x45, 0x23, 0x01],
    [0x05, 0x22],
    [0x10, 0x32, 0x00],
    [0x78, 0x70, 0x00],
    [0x02, 0x01, 0x80],
    [0x99, 0x09],
    status,
  ];

  it.each([
    { status: [0x00, 0x00], relay: "closed" },
    { status: [0x10, 0x00], relay: "open" },
    { status: [0x50, 0x02], relay: "open" },
  ])("reads the relay of status $status as $relay", ({ status, relay }) => {
    expect(decodeSample(dlt645Prepaid, "single-phase", replies(status), context)).toMatchObject({
      energyWh: 12_345_670,
      voltageDv: 2205,
      currentCa: 321,
      activePowerW: 708,
      reactivePowerVar: -10,
      powerFactorMilli: 999,
      relay,
      flags: [],
    });
  });

  it("makes no sample of digits that are none", () => {
    const broken = replies([0, 0]).with(0, [0x67, 0x4f, 0x23, 0x01]);
    expect(() => decodeSample(dlt645Prepaid, "single-phase", broken, context)).toThrow(
      expect.objectContaining({ code: "unreadable-value" }),
    );
  });

  it("is switched by nobody without a password", () => {
    const variant = profileVariant(dlt645Prepaid, "single-phase");
    const at = { expiresAtMs: 0, timeZone: "UTC" };
    expect(() => relayWrite(variant, "open", at)).toThrow(
      expect.objectContaining({ code: "access-missing" }),
    );
  });
});

describe("every profile that comes along", () => {
  const variants = Object.values(builtInProfiles).flatMap((profile) =>
    Object.entries(profile.variants).map(([name, variant]) => ({ title: `${profile.id} ${name}`, variant })),
  );

  it.each(variants)("$title: every register can be read, and no block crosses a hole", ({ variant }) => {
    const blocks = blocksFor(variant, variant.registers);
    const seen = new Set(
      blocks.flatMap((block) =>
        Object.keys(decodeBlock(variant.registers, block, new Array(blockWordCount(block)).fill(0))),
      ),
    );
    expect(seen.size).toBe(variant.registers.length);
    for (const block of blocks.filter(isModbusBlock))
      expect(
        variant.holes.filter((hole) => hole.from < block.address + block.count && hole.to >= block.address),
      ).toEqual([]);
  });

  it("names where its facts come from", () => {
    for (const { source } of Object.values(builtInProfiles)) expect(source.length).toBeGreaterThan(20);
  });
});
