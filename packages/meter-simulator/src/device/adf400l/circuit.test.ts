import { describe, expect, it } from "vitest";
import { createAppliance } from "../../appliance/appliance.ts";
import type { ApplianceKindName } from "../../appliance/appliance-kinds.ts";
import { type CircuitState, initialCircuitState as delivered } from "../../circuit/circuit-state.ts";
import { createMeterClock } from "../../circuit/meter-clock.ts";
import type { RegisterBank } from "../../modbus/register-bank.ts";
import { type CabinetVariant, createCabinetModule } from "./circuit-bank.ts";

/** A supply that stands still, so that registers can be told by hand. */
const STEADY = { voltageDv: () => 2200, frequencyCHz: () => 5000 };
/** Saturday. */
const START = Date.UTC(2026, 10, 21, 8, 0, 0);

const initialCircuitState = (variant: CabinetVariant, energyWh: number) =>
  delivered(variant === "single-phase" ? 1 : 3, energyWh);

function circuit(
  variant: CabinetVariant,
  kinds: ApplianceKindName[] = [],
  state: CircuitState = initialCircuitState(variant, 0),
) {
  const time = { elapsedMs: 0 };
  const appliances = kinds.map((kind, index) =>
    createAppliance(5, { id: `${kind}-${index}`, kind, wiring: "all", timetable: { afterS: 0 } }),
  );
  const meterClock = createMeterClock(() => START + time.elapsedMs, 0);
  const module = createCabinetModule(
    {
      line: { baud: 9600, parity: "none", stopBits: 1 },
      mains: STEADY,
      nowMs: () => START + time.elapsedMs,
      elapsedMs: () => time.elapsedMs,
      utcOffsetMinutes: 0,
      planOf: () => ({ initialEnergyWh: 0, appliances }),
      circuitState: () => state,
      state: undefined,
    },
    meterClock,
    12,
    variant,
  );
  const { circuit: copper, bank } = module;
  const meter = {
    read: (address: number, count: number) => bank.read(address, count),
    write: (...args: Parameters<RegisterBank["write"]>) => bank.write(...args),
    truth: () => copper.truth(),
    state: () => module.circuitState(),
    setSupply: (isSupplied: boolean) => copper.setSupply(isSupplied),
    setRelayStuck: (isStuck: boolean) => copper.setRelayStuck(isStuck),
    approachRollover: (remainingWh: number) => copper.approachRollover(remainingWh),
  };
  const word = (address: number) => {
    const words = meter.read(address, 1);
    return typeof words === "number" ? Number.NaN : (words[0] ?? Number.NaN);
  };
  const double = (address: number) => word(address) * 65_536 + word(address + 1);
  return { meter, word, double, wait: (ms: number) => (time.elapsedMs += ms) };
}

describe("a single-phase circuit's registers", () => {
  it("show voltage, current, power, power factor and frequency in the manual's units", () => {
    const { word, wait } = circuit("single-phase", ["kettle"]);
    wait(60_000);
    const powerW = word(0x0302);
    expect(word(0x0300)).toBe(2200);
    expect(powerW).toBeGreaterThan(2130);
    expect(powerW).toBeLessThan(2200);
    // I = S / U, in 0.01 A.
    expect(word(0x0301)).toBeCloseTo((Math.hypot(powerW, word(0x0303)) / 220) * 100, -1);
    expect(word(0x0304)).toBe(1000);
    expect(word(0x0305)).toBe(5000);
  });

  it("show capacitive power as a negative s16", () => {
    const { word, wait } = circuit("single-phase", ["laptop"]);
    wait(60_000);
    expect(word(0x0303)).toBeGreaterThan(0xff00);
  });

  it("count 0.01 kWh, rounded down, high word first", () => {
    const state = initialCircuitState("single-phase", 1_234_567_899);
    const { meter } = circuit("single-phase", [], state);
    // 1,234,567,899 Wh = 123,456,789 steps of 10 Wh = 075B CD15h.
    expect(meter.read(0x0306, 2)).toEqual([0x075b, 0xcd15]);
  });

  it("wrap with 32 bits when told to come close, while the truth goes on", () => {
    const { meter, double, wait } = circuit(
      "single-phase",
      ["kettle"],
      initialCircuitState("single-phase", 500),
    );
    meter.approachRollover(20);
    expect(double(0x0306)).toBe(0xffff_fffe);
    wait(60_000);
    expect(double(0x0306)).toBe(1);
    expect(meter.truth().energyWh).toBeGreaterThanOrEqual(535);
  });

  it.each([
    ["across the whole measured area", 0x0300, 33, 33],
    ["the prepaid area", 0x0500, 19, 19],
    ["the time control area", 0x0600, 26, 26],
    ["the load control area", 0x0700, 8, 8],
    ["nothing behind the measured area", 0x0320, 2, 2],
    ["no three-phase register", 0x033f, 1, 2],
  ])("can be read %s", (_name, address, count, expected) => {
    const { meter } = circuit("single-phase");
    const words = meter.read(address, count);
    expect(typeof words === "number" ? words : words.length).toBe(expected);
  });
});

describe("a three-phase circuit's registers", () => {
  it("add up: phases to total, and the total in watts", () => {
    const { word, wait } = circuit("three-phase", ["heater", "air-conditioner"]);
    wait(60_000);
    const phases = [0x0346, 0x0347, 0x0348].map(word);
    expect(Math.abs(word(0x0345) - phases.reduce((sum, power) => sum + power, 0))).toBeLessThanOrEqual(2);
    expect(word(0x033f)).toBe(2200);
    // √3 × 220.0 V.
    expect(word(0x0371)).toBe(3811);
    expect(word(0x0369)).toBe(0xe000);
  });

  it("count the energy of all phases without losing their remainders", () => {
    const { meter, double, wait } = circuit(
      "three-phase",
      ["heater"],
      initialCircuitState("three-phase", 1000),
    );
    wait(3_600_000);
    const truth = meter.truth();
    expect(truth.energyWh).toBeGreaterThan(2490);
    expect(truth.energyWh).toBeLessThan(2510);
    expect(double(0x035e)).toBe(Math.floor(truth.energyWh / 10));
  });
});

describe("forced control", () => {
  it.each([
    ["single-phase", 0x0801, 0x0302, 0x0311, 0x2009, 0x2000],
    ["three-phase", 0x0804, 0x0345, 0x0369, 0xe00f, 0xe000],
  ] as const)(
    "%s: opens, closes and lets go, and the load follows",
    (variant, word, power, status, closed, free) => {
      const { meter, word: read, wait } = circuit(variant, ["heater"]);
      wait(60_000);
      expect(read(power)).toBeGreaterThan(1400);

      expect(meter.write(word, [0x8000])).toBeUndefined();
      expect([read(power), read(status), read(word)]).toEqual([0, 0x0008, 0x8000]);
      const before = meter.truth();
      wait(3_600_000);
      expect(meter.truth()).toMatchObject({
        relay: "open",
        energyWh: before.energyWh,
        energyMicroWs: before.energyMicroWs,
      });

      expect(meter.write(word, [0x0001])).toBeUndefined();
      wait(60_000);
      expect(read(power)).toBeGreaterThan(1400);
      expect(read(status)).toBe(closed);

      expect(meter.write(word, [0])).toBeUndefined();
      expect(read(status)).toBe(free);
    },
  );

  it("refuses any other word and changes nothing", () => {
    const { meter, word } = circuit("single-phase");
    for (const wrong of [0x8001, 0x0002, 0x0100, 0xffff]) expect(meter.write(0x0801, [wrong])).toBe(3);
    expect(word(0x0801)).toBe(0);
    expect(meter.truth().relay).toBe("closed");
  });

  it("does not move a stuck contact, which the status shows", () => {
    const { meter, word, wait } = circuit("single-phase", ["kettle"]);
    meter.setRelayStuck(true);
    meter.write(0x0801, [0x8000]);
    wait(10_000);
    expect(word(0x0311)).toBe(0x2008);
    expect(word(0x0302)).toBeGreaterThan(2000);
    meter.setRelayStuck(false);
    expect(word(0x0311)).toBe(0x0008);
  });

  it("restarts a load with its inrush", () => {
    const { meter, word, wait } = circuit("single-phase", ["vacuum"]);
    wait(60_000);
    meter.write(0x0801, [0x8000]);
    wait(1000);
    meter.write(0x0801, [0x0001]);
    expect(word(0x0302)).toBeGreaterThan(2800);
    wait(10_000);
    expect(word(0x0302)).toBeLessThan(2050);
  });
});

describe("writing", () => {
  it.each([
    ["a measured register", 0x0306, [0, 0], 2],
    ["from parameters into nothing", 0x0512, [0, 0], 2],
    ["a switch that is neither on nor off", 0x0500, [2], 3],
  ])("refuses %s", (_name, address, words, exception) => {
    expect(circuit("single-phase").meter.write(address, words)).toBe(exception);
  });

  it("keeps all of a write or none", () => {
    const { meter, word } = circuit("single-phase");
    expect(meter.write(0x0700, [1, 4400, 300, 1001])).toBe(3);
    expect([word(0x0700), word(0x0701)]).toEqual([0, 0]);
    expect(meter.write(0x0700, [1, 4400, 300, 950])).toBeUndefined();
    expect(meter.read(0x0700, 4)).toEqual([1, 4400, 300, 950]);
  });
});

describe("credit held by the meter", () => {
  const buy = (meter: Pick<RegisterBank, "write">, amountMinor: number, count: number) =>
    meter.write(0x050d, [amountMinor >>> 16, amountMinor & 0xffff, count]);

  it("takes a purchase once, and only the next in turn", () => {
    const { meter, double, word } = circuit("single-phase");
    expect(buy(meter, 100_000, 1)).toBeUndefined();
    expect(buy(meter, 100_000, 1)).toBe(0x13);
    expect(buy(meter, 100_000, 3)).toBe(0x13);
    expect([double(0x030a), double(0x030c), word(0x030e)]).toEqual([100_000, 100_000, 1]);
    expect(buy(meter, 5000, 2)).toBeUndefined();
    expect([double(0x030a), double(0x030c), word(0x030e)]).toEqual([105_000, 105_000, 2]);
  });

  it("takes no amount without its count", () => {
    const { meter, double } = circuit("single-phase");
    expect(meter.write(0x050d, [0, 500])).toBeUndefined();
    expect(double(0x030a)).toBe(0);
  });

  it("is used up at the flat price, cuts, and comes back with the next purchase", () => {
    const { meter, word, wait } = circuit("single-phase", ["kettle"]);
    meter.write(0x0505, [0, 60]);
    buy(meter, 6, 1);
    meter.write(0x0500, [1]);
    // 6 at 60 a kWh are 100 Wh: the kettle needs 167 s for them.
    wait(160_000);
    expect(meter.truth().relay).toBe("closed");
    wait(20_000);
    expect(meter.truth()).toMatchObject({ relay: "open", remainingMinor: 0, energyWh: 100 });
    expect(word(0x0311) & 0x2020).toBe(0x0020);
    buy(meter, 100, 2);
    expect(meter.truth().relay).toBe("closed");
  });
});

describe("the meter's other controls", () => {
  it("trip above the maximum power, recover, and stay open after the last allowed trip", () => {
    const { meter, word, wait } = circuit("single-phase", ["kettle"]);
    meter.write(0x0701, [1500, 0, 0, 0, 1, 3]);
    meter.write(0x0700, [1]);
    wait(1000);
    expect(meter.truth().relay).toBe("open");
    expect(word(0x0311) & 0x0010).toBe(0x0010);
    wait(28_000);
    expect(meter.truth().relay).toBe("open");
    wait(3000);
    wait(60_000);
    expect(word(0x0704)).toBe(2);
    wait(3_600_000);
    expect(meter.truth().relay).toBe("open");
    meter.write(0x0704, [0]);
    wait(100);
    meter.write(0x0700, [0]);
    expect(meter.truth().relay).toBe("closed");
  });

  it("follow the table of the day", () => {
    const { meter, wait } = circuit("single-phase", ["lamp"]);
    // Off at 08:10, on at 09:00; workday table, and Saturday is no rest day.
    meter.write(0x0601, [0x0008, 0x0a01, 0x0900]);
    meter.write(0x0600, [1]);
    expect(meter.truth().relay).toBe("closed");
    wait(11 * 60_000);
    expect(meter.truth().relay).toBe("open");
    wait(50 * 60_000);
    expect(meter.truth().relay).toBe("closed");
  });

  it("are void while forced control is on", () => {
    const { meter, wait } = circuit("single-phase", ["kettle"]);
    meter.write(0x0801, [0x0001]);
    meter.write(0x0500, [1]);
    wait(10_000);
    expect(meter.truth().relay).toBe("closed");
    meter.write(0x0801, [0]);
    expect(meter.truth().relay).toBe("open");
  });
});

describe("a power cut", () => {
  it("keeps registers and relay, and stops the load", () => {
    const { meter, wait } = circuit("single-phase", ["kettle"]);
    meter.write(0x050d, [0, 700, 1]);
    wait(60_000);
    meter.setSupply(false);
    const before = meter.truth();
    wait(600_000);
    meter.setSupply(true);
    expect(meter.truth()).toMatchObject({
      relay: "closed",
      energyWh: before.energyWh,
      energyMicroWs: before.energyMicroWs,
      remainingMinor: 700,
    });
  });

  it("is survived by its state", () => {
    const { meter, wait } = circuit("three-phase", ["heater"]);
    meter.write(0x0543, [0, 700, 1]);
    wait(90_000);
    meter.write(0x0804, [0x8000]);
    const again = circuit("three-phase", ["heater"], JSON.parse(JSON.stringify(meter.state())));
    expect(again.meter.truth()).toEqual(meter.truth());
    expect(again.meter.read(0x033f, 88)).toEqual(meter.read(0x033f, 88));
  });
});
