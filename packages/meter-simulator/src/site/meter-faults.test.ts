import { describe, expect, it } from "vitest";
import { dataIdBytes } from "../dlt645/bcd.ts";
import type { FaultInput } from "../fault/fault.ts";
import { profileRig } from "../testing/profile-rig.ts";

const ADDRESS = "260305510009";
const ENERGY = dataIdBytes(0x00010000);

function rig() {
  return profileRig([
    {
      profile: "acrel-1352",
      unitId: 7,
      variant: "single-phase",
      initialEnergyWh: 500_000,
      appliances: [{ kind: "kettle" }],
    },
    { profile: "reference-cabinet", unitId: 9 },
    { profile: "dlt645-prepaid", unitId: ADDRESS, initialEnergyWh: 700_000 },
  ]);
}
const force = (rtu: ReturnType<typeof rig>["rtu"], open: number) =>
  rtu.exchange([7, 16, 0, 0x57, 0, 2, 4, 0, 1, 0, open]);

describe("meter-swap", () => {
  it("brings another number, register and credit; the copper's energy goes on", () => {
    const { core, rtu, clock } = rig();
    clock.advance(600_000);
    const before = core.circuit("bus", 7);
    core.setFault({
      kind: "meter-swap",
      busId: "bus",
      unitId: 7,
      serialNumber: "202699990007",
      energyWh: 120,
    });
    const after = core.circuit("bus", 7);
    expect(after).toMatchObject({
      serialNumber: "202699990007",
      energyMilliWh: before.energyMilliWh,
      registerEnergyWh: 120,
      purchaseCount: 0,
    });
    expect(rtu.read(7, 0x0043, 3)).toEqual([0x2026, 0x9999, 0x0007]);
    expect(rtu.read(7, 0x0215, 2)[1]).toBeLessThan(14);
  });

  it("changes one circuit of a cabinet", () => {
    const { core } = rig();
    core.setFault({ kind: "meter-swap", busId: "bus", unitId: 9, loop: 2, serialNumber: "202600000002" });
    const numbers = core.truth().filter(({ unitId }) => unitId === 9);
    expect(numbers.filter(({ serialNumber }) => serialNumber === "202600000002")).toMatchObject([
      { loop: 2 },
    ]);
  });
});

describe("second-source", () => {
  it("keeps the load side live behind the open contact, and closing onto it is seen", () => {
    const { core, rtu } = rig();
    const id = core.setFault({ kind: "second-source", busId: "bus", unitId: 7 });
    expect(core.circuit("bus", 7)).toMatchObject({ isLoadSideLive: false, closuresOntoLive: 0 });
    force(rtu, 1);
    expect(core.circuit("bus", 7)).toMatchObject({ isLoadSideLive: true, activePowerW: 0 });
    force(rtu, 0);
    expect(core.circuit("bus", 7)).toMatchObject({ isLoadSideLive: false, closuresOntoLive: 1 });
    core.takeFault(id);
    force(rtu, 1);
    force(rtu, 0);
    expect(core.circuit("bus", 7).closuresOntoLive).toBe(1);
  });
});

describe("battery-failure", () => {
  it("sets the clock back at once, shows it, and again after every power failure", () => {
    const { core, dlt645, clock } = rig();
    core.setFault({ kind: "battery-failure", busId: "bus", unitId: ADDRESS });
    const date = () => dlt645(ADDRESS, 0x11, dataIdBytes(0x04000101))?.data.slice(5);
    expect(date()).toEqual([1, 1, 0]);
    expect(dlt645(ADDRESS, 0x11, dataIdBytes(0x04000501))?.data.slice(4)).toEqual([4, 0]);
    clock.advance(3 * 86_400_000);
    expect(date()).toEqual([4, 1, 0]);
    core.setFault({ kind: "power-failure", busId: "bus", unitId: ADDRESS, forS: 60 });
    clock.advance(61_000);
    expect(date()).toEqual([1, 1, 0]);
  });
});

describe("local-echo", () => {
  it("lets the master hear itself before the reply, and the slaves answer once", () => {
    const { core, rtu } = rig();
    const request = [7, 3, 2, 0x15, 0, 2];
    const plain = rtu.exchange(request);
    const id = core.setFault({ kind: "local-echo", busId: "bus" });
    const echoed = rtu.exchange(request);
    expect(echoed).toHaveLength(8 + plain.length);
    expect(echoed.slice(0, 6)).toEqual(request);
    expect(echoed.slice(8)).toEqual(plain);
    core.takeFault(id);
    expect(rtu.exchange(request)).toEqual(plain);
  });
});

describe("jammed-line", () => {
  it("lets nothing through while it lasts, and everything afterwards", () => {
    const { core, rtu, hub, clock } = rig();
    core.setFault({ kind: "jammed-line", busId: "bus", forS: 10 });
    const heard = rtu.exchange([7, 3, 2, 0x15, 0, 2], 5000);
    expect(heard.length).toBeGreaterThan(4000);
    expect(hub.statistics().collidedCharacters).toBeGreaterThan(0);
    clock.advance(6000);
    expect(rtu.read(7, 0x0200, 1)).toEqual([7]);
  });
});

describe("faults of DL/T 645 replies", () => {
  const on = (fault: FaultInput) => {
    const started = rig();
    started.core.setFault(fault);
    return started;
  };
  it("late-reply by five seconds, and foreign-frame, keep the protocol's frames whole", () => {
    const late = on({ kind: "late-reply", busId: "bus", unitId: ADDRESS, delayMs: 5000 });
    expect(late.dlt645(ADDRESS, 0x11, ENERGY)).toBeUndefined();
    const foreign = on({ kind: "foreign-frame", busId: "bus", unitId: ADDRESS, asUnitId: "000000000042" });
    expect(foreign.dlt645(ADDRESS, 0x11, ENERGY)).toMatchObject({ address: "000000000042", control: 0x91 });
  });

  it("damaged-reply never passes", () => {
    const { dlt645 } = on({ kind: "damaged-reply", busId: "bus", unitId: ADDRESS });
    for (let turn = 0; turn < 20; turn++) expect(dlt645(ADDRESS, 0x11, ENERGY)).toBeUndefined();
  });

  it("duplicate-address: both talk, and garble each other", () => {
    const { dlt645, hub } = on({ kind: "duplicate-address", busId: "bus", unitId: ADDRESS });
    dlt645(ADDRESS, 0x11, ENERGY);
    expect(hub.statistics().collidedCharacters).toBeGreaterThan(0);
  });
});

/** Ten minutes of polling everything under every kind of fault, byte for byte. */
function recording(seedShift: number): number[] {
  const { core, raw, rtu, clock } = rig();
  clock.advance(seedShift);
  const faults: FaultInput[] = [
    { kind: "noise", busId: "bus", chanceMilli: 2 },
    { kind: "lost-reply", busId: "bus", chanceMilli: 100 },
    { kind: "late-reply", busId: "bus", chanceMilli: 100, delayMs: 700 },
    { kind: "damaged-reply", busId: "bus", chanceMilli: 100 },
    { kind: "duplicate-address", busId: "bus", unitId: 7, afterS: 60, forS: 60 },
    { kind: "jammed-line", busId: "bus", afterS: 200, forS: 20 },
    { kind: "power-failure", busId: "bus", unitId: 9, afterS: 250, forS: 30 },
  ];
  for (const fault of faults) core.setFault(fault);
  const heard: number[] = [];
  for (let turn = 0; turn < 100; turn++) {
    heard.push(...rtu.exchange([7, 3, 2, 0, 0, 48], 700), ...rtu.exchange([9, 3, 0, 0, 0, 120], 700));
    heard.push(...raw([0x68, 9, 0, 0x51, 5, 3, 0x26, 0x68, 0x11, 4, 0x33, 0x33, 0x34, 0x33, 0x86, 0x16]));
  }
  return heard;
}

it("gives the same bytes for the same seed, faults and all", () => {
  const first = recording(0);
  expect(recording(0)).toEqual(first);
  expect(recording(60_000)).not.toEqual(first);
});
