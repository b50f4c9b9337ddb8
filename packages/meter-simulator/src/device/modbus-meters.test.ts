import { describe, expect, it } from "vitest";
import { profileRig } from "../testing/profile-rig.ts";

const f32 = ([high = 0, low = 0]: readonly number[]) => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, high);
  view.setUint16(2, low);
  return view.getFloat32(0);
};

describe("the reference cabinet", () => {
  const rig = () =>
    profileRig([
      {
        profile: "reference-cabinet",
        unitId: 9,
        circuits: [
          { loop: 1, initialEnergyWh: 123_450 },
          { loop: 12, initialEnergyWh: 987_650, appliances: [{ kind: "heater" }] },
        ],
      },
    ]);

  it("shows twelve circuits in one read", () => {
    const { rtu, clock, core } = rig();
    clock.advance(60_000);
    const words = rtu.read(9, 0, 120, 2000);
    expect(words).toHaveLength(120);
    expect([words[5], words[6], words[7]]).toEqual([0, 12_345, 1]);
    expect(words[112]).toBe(core.circuit("bus", 9, 12).activePowerW);
    expect(rtu.exchange([9, 3, 0, 119, 0, 2]).slice(0, 3)).toEqual([9, 0x83, 2]);
  });

  it("switches one circuit and no other", () => {
    const { rtu, core } = rig();
    rtu.write(9, 118, 1);
    const open = core.truth().filter(({ relay }) => relay === "open");
    expect(open).toMatchObject([{ loop: 12, activePowerW: 0, commanded: "open" }]);
    expect(rtu.read(9, 117, 2)).toEqual([0, 1]);
    rtu.write(9, 118, 2);
    expect(core.circuit("bus", 9, 12).relay).toBe("closed");
    expect(rtu.write(9, 118, 3).slice(0, 3)).toEqual([9, 0x86, 3]);
  });
});

describe("an Acrel 1352", () => {
  const rig = (variant: "single-phase" | "three-phase" = "single-phase") =>
    profileRig([
      {
        profile: "acrel-1352",
        unitId: 7,
        variant,
        initialEnergyWh: 43_210,
        appliances: [{ kind: "kettle" }],
      },
    ]);
  const forced = (rtu: ReturnType<typeof rig>["rtu"], on: number, open: number) =>
    rtu.exchange([7, 16, 0, 0x57, 0, 2, 4, 0, on, 0, open]);
  /** The set-up program's page: everything zero but alarms, credit, switch, price and limit. */
  const page = (credit: number, price: number, limitW = 0) => {
    const words = Array<number>(28).fill(0);
    words[1] = 5;
    words[8] = 1;
    words[10] = credit;
    words[15] = 0x0100;
    words[24] = price;
    words[27] = limitW;
    const bytes = words.flatMap((word) => [word >>> 8, word & 0xff]);
    return [7, 0xaa, 0, 0x46, 0, 28, 56, ...bytes];
  };

  it.each([
    ["single-phase", 7, 0x20],
    ["three-phase", 5, 0x20],
  ] as const)("%s: answers the set-up program's poll", (variant, model, relays) => {
    const { rtu, clock, core } = rig(variant);
    clock.advance(60_000);
    const words = rtu.read(7, 0x0200, 48, 300);
    expect(words[0]).toBe(model);
    expect(words[0x0a]).toBe(core.circuit("bus", 7).activePowerW);
    expect((words[0x15] ?? 0) * 65_536 + (words[0x16] ?? 0)).toBe(
      Math.floor(core.circuit("bus", 7).energyWh / 10),
    );
    expect((words[0x24] ?? 0) >>> 8).toBe(relays);
    // 26-11-21, Saturday, 08:10.
    expect(words.slice(0x28, 0x2a)).toEqual([0x1a0b, 0x1506]);
    expect(rtu.read(7, 0x0000, 2)).toEqual(words.slice(0x15, 0x17));
  });

  it("obeys forced control with the bytes of the set-up program, and lets go", () => {
    const { rtu, core, clock } = rig();
    clock.advance(10_000);
    expect(forced(rtu, 1, 1).slice(0, 6)).toEqual([7, 16, 0, 0x57, 0, 2]);
    expect(core.circuit("bus", 7)).toMatchObject({ relay: "open", commanded: "open", activePowerW: 0 });
    expect(rtu.read(7, 0x0224, 1)).toEqual([0x0008]);
    forced(rtu, 1, 0);
    expect(rtu.read(7, 0x0224, 1)).toEqual([0x2009]);
    forced(rtu, 0, 0);
    expect(core.circuit("bus", 7)).toMatchObject({ relay: "closed", commanded: "free" });
  });

  it("counts its credit down, alarms, and cuts; only the factory's function writes the page", () => {
    const { rtu, core, clock } = rig();
    expect(rtu.exchange([7, 16, 0, 0x46, 0, 1, 2, 0, 1]).slice(0, 3)).toEqual([7, 0x90, 2]);
    expect(rtu.exchange(page(6, 60)).slice(0, 6)).toEqual([7, 0xaa, 0, 0x46, 0, 28]);
    expect(rtu.read(7, 0x004f, 2)).toEqual([0, 6]);
    clock.advance(60_000);
    expect((rtu.read(7, 0x0224, 1)[0] ?? 0) & 0x0040).toBe(0x0040);
    clock.advance(200_000);
    expect(core.circuit("bus", 7)).toMatchObject({ relay: "open", remainingMinor: 0, purchaseCount: 1 });
    expect((rtu.read(7, 0x0224, 1)[0] ?? 0) & 0x2020).toBe(0x0020);
  });

  it("trips above its maximum power until that is written again", () => {
    const { rtu, core, clock } = rig();
    rtu.exchange(page(1000, 60, 1500));
    clock.advance(3_600_000);
    expect(core.circuit("bus", 7)).toMatchObject({ relay: "open", verdict: { overLimit: true } });
    rtu.exchange(page(1000, 60, 3000));
    clock.advance(1000);
    expect(core.circuit("bus", 7).relay).toBe("closed");
  });
});

describe("an Eastron", () => {
  it("SDM120 shows floats in input registers, zeros between, and exception 2 outside", () => {
    const { rtu, clock, core } = profileRig([
      {
        profile: "eastron-sdm120",
        unitId: 3,
        initialEnergyWh: 1_234_500,
        appliances: [{ kind: "air-conditioner" }],
      },
    ]);
    clock.advance(60_000);
    const input = (address: number, count: number) => {
      const reply = rtu.exchange([3, 4, address >> 8, address & 0xff, 0, count], 1000);
      return Array.from(
        { length: count },
        (_, index) => ((reply[3 + 2 * index] ?? 0) << 8) | (reply[4 + 2 * index] ?? 0),
      );
    };
    const { activePowerW, reactivePowerVar } = core.circuit("bus", 3);
    expect(f32(input(0x000c, 2))).toBeCloseTo(activePowerW, -1);
    expect(f32(input(0x0018, 2))).toBeCloseTo(reactivePowerVar, -1);
    expect(f32(input(0x0156, 2))).toBeCloseTo(1234.5, 0);
    expect(f32(input(0x0046, 2))).toBeCloseTo(50, 0);
    const eighty = input(0, 80);
    expect(f32(eighty.slice(0, 2))).toBeCloseTo(220, -1);
    expect(eighty.slice(2, 6)).toEqual([0, 0, 0, 0]);
    expect(rtu.exchange([3, 4, 0, 0x70, 0, 2]).slice(0, 3)).toEqual([3, 0x84, 2]);
    expect(rtu.exchange([3, 4, 0, 0, 0, 81]).slice(0, 3)).toEqual([3, 0x84, 3]);
  });

  it("SDM630 adds its phases up", () => {
    const { rtu, clock, core } = profileRig([
      {
        profile: "eastron-sdm630",
        unitId: 4,
        appliances: [{ kind: "heater" }, { kind: "kettle", wiring: "b" }],
      },
    ]);
    clock.advance(60_000);
    const reply = rtu.exchange([4, 4, 0, 0x34, 0, 2], 500);
    expect(
      f32([((reply[3] ?? 0) << 8) | (reply[4] ?? 0), ((reply[5] ?? 0) << 8) | (reply[6] ?? 0)]),
    ).toBeCloseTo(core.circuit("bus", 4).activePowerW, -1);
    expect(core.circuit("bus", 4)).toMatchObject({ commanded: "free", relay: "closed" });
  });

  it("loses requests that come sooner than its gap", () => {
    const { rtu, clock } = profileRig([{ profile: "eastron-sdm120", unitId: 3, minimumGapMs: 500 }]);
    const ask = () => rtu.exchange([3, 4, 0, 0, 0, 2], 200).length;
    clock.advance(1000);
    expect([ask(), ask()]).toEqual([9, 0]);
    clock.advance(600);
    expect(ask()).toBe(9);
  });
});

describe("a mixed line", () => {
  it("carries Modbus RTU and DL/T 645 side by side", () => {
    const { rtu, dlt645, core } = profileRig([
      { profile: "acrel-1352", unitId: 0x68, variant: "single-phase", initialEnergyWh: 5000 },
      { profile: "dlt645-prepaid", unitId: "686868686868", initialEnergyWh: 7000 },
    ]);
    for (let turn = 0; turn < 3; turn++) {
      expect(rtu.read(0x68, 0x0215, 2)).toEqual([0, 500]);
      expect(dlt645("686868686868", 0x11, [0, 0, 1, 0])?.data.slice(4)).toEqual([0, 7, 0, 0]);
    }
    expect(core.bus("bus").hub.statistics().collidedCharacters).toBe(0);
  });
});
