import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { SimulatorError } from "../errors.ts";
import type { FaultInput } from "../fault/fault.ts";
import { hasGoodCrc } from "../modbus/crc.ts";
import { createRtuMaster } from "../testing/rtu-master.ts";
import { createSiteCore } from "./site-core.ts";
import { parseSite, type SiteFileInput } from "./site-file.ts";

const BUS = {
  id: "bus-1",
  line: { baud: 9600, parity: "none", stopBits: 1 },
  cabinets: [
    {
      firstUnitId: 1,
      threePhaseCount: 1,
      singlePhaseCount: 3,
      circuits: [
        { unitId: 1, appliances: [{ kind: "air-conditioner", afterS: 5 }] },
        {
          unitId: 4,
          initialEnergyWh: 120_000,
          appliances: [{ kind: "laptop" }, { kind: "kettle", afterS: 30 }],
        },
        { unitId: 5, appliances: [{ kind: "refrigerator" }] },
      ],
    },
    { firstUnitId: 37, threePhaseCount: 0, singlePhaseCount: 2 },
  ],
} satisfies SiteFileInput["buses"][number];
const SITE = { buses: [BUS] };

function start(seed = 1, faults: FaultInput[] = []) {
  const clock = createVirtualClock(Date.UTC(2026, 10, 21));
  const site = parseSite({ ...SITE, faults });
  const core = createSiteCore({ site, seed, clock, fifoCharacters: 1, state: undefined });
  return { clock, core, master: createRtuMaster(core.bus("bus-1").hub, clock) };
}

/** A minute of polling, byte for byte. */
function recording(seed: number): number[] {
  const { master } = start(seed, [{ kind: "damaged-reply", busId: "bus-1", chanceMilli: 100 }]);
  return Array.from({ length: 60 }, (_, index) =>
    master.exchange([index % 2 ? 4 : 5, 3, 3, 0, 0, 18], 1000),
  ).flat();
}

describe("a simulated site", () => {
  it("gives the same bytes for the same seed, and others for another", () => {
    expect(recording(11)).toEqual(recording(11));
    expect(recording(11)).not.toEqual(recording(12));
  });

  it("answers from every cabinet of a bus under its unit id", () => {
    const { master } = start();
    for (const unitId of [1, 4, 5, 6, 37, 38])
      expect(master.exchange([unitId, 3, 9, 0, 0, 1])[4]).toBe(unitId < 37 ? 1 : 37);
    expect(master.exchange([2, 3, 9, 0, 0, 1])).toEqual([]);
  });

  it("switches real loads over the wire, and register and truth agree", () => {
    const { core, clock, master } = start();
    clock.advance(60_000);
    expect(core.circuit("bus-1", 4).activePowerW).toBeGreaterThan(2000);
    master.write(4, 0x0801, 0x8000);
    const truth = core.circuit("bus-1", 4);
    expect(truth).toMatchObject({ relay: "open", activePowerW: 0 });
    clock.advance(3_600_000);
    expect(core.circuit("bus-1", 4).energyWh).toBe(truth.energyWh);
    const [high = 0, low = 0] = master.read(4, 0x0306, 2);
    expect(high * 65_536 + low).toBe(Math.floor(truth.energyWh / 10));
  });

  it("takes appliances in and out", () => {
    const { core, clock } = start();
    const id = core.plugIn("bus-1", 6, { kind: "heater" });
    clock.advance(20_000);
    expect(core.circuit("bus-1", 6)).toMatchObject({ appliances: [{ id, kind: "heater" }] });
    expect(core.circuit("bus-1", 6).activePowerW).toBeGreaterThan(1450);
    expect(core.unplug("bus-1", 6, id)).toBe(true);
    expect(core.circuit("bus-1", 6).activePowerW).toBe(0);
    expect(core.unplug("bus-1", 6, id)).toBe(false);
  });

  it.each([
    ["bus-unknown", (core: ReturnType<typeof start>["core"]) => core.circuit("bus-9", 4)],
    ["circuit-unknown", (core: ReturnType<typeof start>["core"]) => core.circuit("bus-1", 99)],
    [
      "circuit-unknown",
      (core: ReturnType<typeof start>["core"]) =>
        core.setFault({ kind: "dead-unit", busId: "bus-1", unitId: 99 }),
    ],
    [
      "request-invalid",
      (core: ReturnType<typeof start>["core"]) => core.plugIn("bus-1", 4, { kind: "kettle", afterS: -1 }),
    ],
  ])("refuses with %s", (code, act) => {
    const { core } = start();
    let thrown: unknown;
    try {
      act(core);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SimulatorError);
    expect(thrown).toMatchObject({ code, failureClass: "permanent" });
  });
});

describe("faults", () => {
  const CLEAN_LENGTH = 41;
  const READ = [4, 3, 3, 0, 0, 18];
  const on = (fault: FaultInput) => {
    const started = start();
    const id = started.core.setFault(fault);
    return { ...started, id };
  };
  const isClean = (reply: number[]) => reply.length === CLEAN_LENGTH && hasGoodCrc(Uint8Array.from(reply));

  it("lost-reply: silence, and an end by count", () => {
    const { master } = on({ kind: "lost-reply", busId: "bus-1", unitId: 4, times: 2 });
    expect([1, 2, 3].map(() => master.exchange(READ).length)).toEqual([0, 0, CLEAN_LENGTH]);
  });

  it("lost-reply: what was written has happened all the same", () => {
    const { master, core } = on({ kind: "lost-reply", busId: "bus-1" });
    expect(master.write(4, 0x0801, 0x8000)).toEqual([]);
    expect(core.circuit("bus-1", 4).relay).toBe("open");
  });

  it("late-reply: the right bytes, later by that much, also over another unit's request", () => {
    const { master } = on({ kind: "late-reply", busId: "bus-1", unitId: 4, delayMs: 300 });
    expect(master.exchange(READ, 300)).toEqual([]);
    expect(isClean(master.exchange([5, 3, 9, 0, 0, 1], 100))).toBe(false);
    const late = on({ kind: "late-reply", busId: "bus-1", unitId: 4, delayMs: 300 });
    expect(isClean(late.master.exchange(READ, 400))).toBe(true);
  });

  it("truncated-reply and wrong-length", () => {
    const truncated = on({ kind: "truncated-reply", busId: "bus-1", keepBytes: 10 });
    expect(truncated.master.exchange(READ)).toHaveLength(10);
    const longer = on({ kind: "wrong-length", busId: "bus-1", extraBytes: 3 });
    expect(longer.master.exchange(READ)).toHaveLength(CLEAN_LENGTH + 3);
  });

  it("doubled-reply: the same frame twice", () => {
    const reply = on({ kind: "doubled-reply", busId: "bus-1" }).master.exchange(READ);
    expect(reply).toHaveLength(2 * CLEAN_LENGTH);
    expect(reply.slice(0, CLEAN_LENGTH)).toEqual(reply.slice(CLEAN_LENGTH));
  });

  it("foreign-frame: a good frame of another unit first", () => {
    const reply = on({ kind: "foreign-frame", busId: "bus-1", asUnitId: 5 }).master.exchange(READ);
    const [foreign, own] = [reply.slice(0, CLEAN_LENGTH), reply.slice(CLEAN_LENGTH)];
    expect([foreign[0], own[0]]).toEqual([5, 4]);
    expect([foreign, own].map(isClean)).toEqual([true, true]);
  });

  it("damaged-reply: never a good CRC", () => {
    const { master } = on({ kind: "damaged-reply", busId: "bus-1" });
    for (let turn = 0; turn < 20; turn++) {
      const reply = master.exchange(READ);
      expect(reply).toHaveLength(CLEAN_LENGTH);
      expect(isClean(reply)).toBe(false);
    }
  });

  it("noise: some exchanges fail, and none once it is taken back", () => {
    const { master, core, id } = on({ kind: "noise", busId: "bus-1", chanceMilli: 20 });
    const results = Array.from({ length: 40 }, () => isClean(master.exchange(READ)));
    expect(new Set(results)).toEqual(new Set([true, false]));
    expect(core.takeFault(id)).toBe(true);
    expect(Array.from({ length: 20 }, () => isClean(master.exchange(READ)))).not.toContain(false);
  });

  it("duplicate-address: two at once collide, one after the other are both heard", () => {
    const together = on({ kind: "duplicate-address", busId: "bus-1", unitId: 4 });
    expect(isClean(together.master.exchange(READ))).toBe(false);
    expect(together.core.bus("bus-1").hub.statistics().collidedCharacters).toBeGreaterThan(0);
    const apart = on({ kind: "duplicate-address", busId: "bus-1", unitId: 4, delayMs: 60 });
    const reply = apart.master.exchange(READ);
    expect(reply).toHaveLength(2 * CLEAN_LENGTH);
    expect(reply.slice(0, CLEAN_LENGTH)).not.toEqual(reply.slice(CLEAN_LENGTH));
  });

  it("dead-unit: hears no command, and only that unit", () => {
    const { master, core } = on({ kind: "dead-unit", busId: "bus-1", unitId: 4 });
    expect(master.write(4, 0x0801, 0x8000)).toEqual([]);
    expect(core.circuit("bus-1", 4).relay).toBe("closed");
    expect(master.read(5, 0x0900, 1)).toEqual([1]);
  });

  it("stuck-relay: the command is acknowledged, the contact stays", () => {
    const { master, core, clock } = on({ kind: "stuck-relay", busId: "bus-1", unitId: 4 });
    clock.advance(60_000);
    expect(master.write(4, 0x0801, 0x8000)).toHaveLength(8);
    expect(core.circuit("bus-1", 4)).toMatchObject({
      relay: "closed",
      commanded: "open",
      isRelayStuck: true,
    });
    expect(core.circuit("bus-1", 4).activePowerW).toBeGreaterThan(2000);
  });

  it("register-rollover: the register passes zero, the truth does not", () => {
    const { master, core, clock } = on({
      kind: "register-rollover",
      busId: "bus-1",
      unitId: 4,
      remainingWh: 30,
    });
    expect(master.read(4, 0x0306, 1)).toEqual([0xffff]);
    clock.advance(120_000);
    expect(master.read(4, 0x0306, 1)).toEqual([0]);
    expect(core.circuit("bus-1", 4).energyWh).toBeGreaterThan(120_030);
  });

  it("power-failure: a whole cabinet is silent and counts nothing, its neighbour goes on", () => {
    const { master, core, clock } = on({
      kind: "power-failure",
      busId: "bus-1",
      unitId: 4,
      afterS: 60,
      forS: 600,
    });
    clock.advance(61_000);
    const before = core.circuit("bus-1", 4).energyWh;
    expect([master.exchange(READ), master.exchange([5, 3, 3, 0, 0, 18])]).toEqual([[], []]);
    expect(master.read(37, 0x0900, 1)).toEqual([37]);
    clock.advance(590_000);
    expect(core.circuit("bus-1", 4).energyWh).toBe(before);
    clock.advance(20_000);
    expect(isClean(master.exchange(READ))).toBe(true);
    expect(core.faults()).toMatchObject([{ state: "ended" }]);
  });

  it("clock-jump: the meter's clock is off by that much", () => {
    const { master } = on({ kind: "clock-jump", busId: "bus-1", unitId: 4, byS: 3660 });
    // 00:00:00 became 01:01:00.
    expect(master.read(4, 0x090b, 2)).toEqual([0x0001, 0x0106]);
  });

  it("starts and ends by the clock when scripted in the site file", () => {
    const { master, core, clock } = start(1, [{ kind: "lost-reply", busId: "bus-1", afterS: 10, forS: 20 }]);
    const states = [5_000, 10_000, 20_000].map((waitMs) => {
      clock.advance(waitMs);
      return [core.faults()[0]?.state, master.exchange(READ).length];
    });
    expect(states).toEqual([
      ["waiting", CLEAN_LENGTH],
      ["in-force", 0],
      ["ended", CLEAN_LENGTH],
    ]);
  });
});

describe("a site file", () => {
  const [cabinet] = BUS.cabinets;
  it.each([
    ["buses", { buses: [] }],
    [
      "buses.0.cabinets.0",
      { buses: [{ ...BUS, cabinets: [{ ...cabinet, threePhaseCount: 12, singlePhaseCount: 3 }] }] },
    ],
    [
      "buses.0.cabinets.0.circuits.0.unitId: the cabinet has no circuit at unit id 1",
      { buses: [{ ...BUS, cabinets: [{ ...cabinet, threePhaseCount: 0, firstUnitId: 3 }] }] },
    ],
    [
      "buses.0.cabinets: two circuits have one unit id",
      { buses: [{ ...BUS, cabinets: [cabinet, cabinet] }] },
    ],
    ["buses: two buses have one id", { buses: [BUS, BUS] }],
    [
      "buses.0.cabinets.0.firstUnitId",
      { buses: [{ ...BUS, cabinets: [{ ...cabinet, circuits: [], firstUnitId: 245 }] }] },
    ],
    ["faults.0.kind", { ...SITE, faults: [{ kind: "gremlins", busId: "bus-1" }] }],
  ])("is refused with the place of its mistake: %s", (place, input) => {
    expect(() => parseSite(input)).toThrow(place);
  });
});
