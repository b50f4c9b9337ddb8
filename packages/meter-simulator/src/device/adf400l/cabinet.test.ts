import { describe, expect, it } from "vitest";
import { cabinetUnits, createCabinet } from "./cabinet.ts";

/** Saturday 21 November 2026, 08:09:10 UTC. */
const NOW = Date.UTC(2026, 10, 21, 8, 9, 10);

function cabinet(utcOffsetMinutes = 0) {
  const time = { elapsedMs: 0 };
  const context = {
    line: { baud: 9600, parity: "even", stopBits: 1 },
    mains: { voltageDv: () => 2200, frequencyCHz: () => 5000 },
    nowMs: () => NOW + time.elapsedMs,
    elapsedMs: () => time.elapsedMs,
    utcOffsetMinutes,
    planOf: () => ({ initialEnergyWh: 0, appliances: [] }),
    circuitState: () => undefined,
    state: undefined,
  } as const;
  const created = createCabinet(context, { firstUnitId: 37, threePhaseCount: 4, singlePhaseCount: 24 });
  const bank = created.banks.get(49);
  if (!bank) throw new Error("unit 49 is the first single-phase circuit");
  return { created, bank, time };
}

describe("unit ids of a frame", () => {
  it("step three for three-phase circuits, then one: the manual's example at meter number 1", () => {
    const units = cabinetUnits({ firstUnitId: 1, threePhaseCount: 8, singlePhaseCount: 12 });
    expect(units.slice(0, 8).map(({ unitId }) => unitId)).toEqual([1, 4, 7, 10, 13, 16, 19, 22]);
    expect(units.slice(8).map(({ unitId }) => unitId)).toEqual([
      25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36,
    ]);
    expect(new Set(units.slice(8).map(({ variant }) => variant))).toEqual(new Set(["single-phase"]));
  });

  it("leaves the ids between two three-phase circuits silent", () => {
    const { created } = cabinet();
    expect(created.banks.has(37)).toBe(true);
    expect([38, 39].map((unitId) => created.banks.has(unitId))).toEqual([false, false]);
  });
});

describe("the system area", () => {
  it("names address, line, and counts", () => {
    const { bank } = cabinet();
    expect(bank.read(0x0900, 1)).toEqual([37]);
    // Even parity 2, 9600 baud 1.
    expect(bank.read(0x0901, 1)).toEqual([0x0201]);
    expect(bank.read(0x0903, 2)).toEqual([4, 24]);
    expect(bank.read(0x0905, 1)).toBe(2);
  });

  it("shows local time in binary: second/minute, hour/weekday, day/month, year", () => {
    expect(cabinet().bank.read(0x090b, 4)).toEqual([0x0a09, 0x0806, 0x150b, 0x1a00]);
    expect(cabinet(480).bank.read(0x090c, 1)).toEqual([0x1006]);
  });

  it("runs on from the time it is set to, for all circuits of the cabinet", () => {
    const { created, bank, time } = cabinet();
    // 31 December 2026 23:59:30, a Thursday.
    expect(bank.write(0x090b, [0x1e3b, 0x1704, 0x1f0c, 0x1a00])).toBeUndefined();
    time.elapsedMs += 31_000;
    expect(created.banks.get(37)?.read(0x090b, 4)).toEqual([0x0100, 0x0005, 0x0101, 0x1b00]);
  });

  it.each([
    ["a 61st second", [0x3d00, 0x0806, 0x150b, 0x1a00]],
    ["the 31st of November", [0x0000, 0x0806, 0x1f0b, 0x1a00]],
  ])("refuses %s", (_name, words) => {
    const { bank } = cabinet();
    expect(bank.write(0x090b, words)).toBe(3);
    expect(bank.read(0x090b, 1)).toEqual([0x0a09]);
  });

  it("keeps rate tables and refuses to change what is fixed", () => {
    const { bank } = cabinet();
    expect(bank.write(0x0914, [0x0100, 0x0002])).toBeUndefined();
    expect(bank.read(0x0914, 2)).toEqual([0x0100, 0x0002]);
    expect(bank.write(0x0903, [5])).toBe(2);
  });
});
