import { acrelAdf400l, blocksOf, decodeSample, isModbusBlock, profileVariant } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { createRtuMaster } from "../testing/rtu-master.ts";
import { createSiteCore } from "./site-core.ts";
import { parseSite } from "./site-file.ts";

/** Two readings of the same manual, written apart: the simulator's registers and the model's profile. */
describe("a sample decoded by the model's ADF400L profile", () => {
  const clock = createVirtualClock(Date.UTC(2026, 10, 21));
  const site = parseSite({
    buses: [
      {
        id: "bus-1",
        line: { baud: 9600, parity: "none", stopBits: 1 },
        cabinets: [
          {
            firstUnitId: 1,
            threePhaseCount: 1,
            singlePhaseCount: 1,
            circuits: [
              {
                unitId: 1,
                initialEnergyWh: 987_654,
                appliances: [{ kind: "air-conditioner" }, { kind: "kettle", wiring: "b" }],
              },
              { unitId: 4, initialEnergyWh: 1_234_567, appliances: [{ kind: "laptop" }, { kind: "vacuum" }] },
            ],
          },
        ],
      },
    ],
  });
  const core = createSiteCore({ site, seed: 3, clock, fifoCharacters: 1, state: undefined });
  const master = createRtuMaster(core.bus("bus-1").hub, clock);

  const sample = (unitId: number, variant: "single-phase" | "three-phase") => {
    const [block] = blocksOf(profileVariant(acrelAdf400l, variant));
    if (block === undefined || !isModbusBlock(block)) throw new Error("the cabinet speaks Modbus");
    // Settled power changes at full seconds only: the reply and the truth lie within one.
    clock.advance(1000 - (clock.monotonicMs() % 1000));
    const words = master.read(unitId, block.address, block.count);
    const at = new Date(clock.nowMs()).toISOString();
    const circuitId = `circuit-${unitId}`;
    return decodeSample(acrelAdf400l, variant, [words], { circuitId, at, ctRatio: 1, ptRatio: 1 });
  };

  it.each([
    [4, "single-phase"],
    [1, "three-phase"],
  ] as const)("unit %i, %s, agrees with the truth, closed and open", (unitId, variant) => {
    clock.advance(600_000);
    const closed = sample(unitId, variant);
    const truth = core.circuit("bus-1", unitId);
    expect(closed).toMatchObject({
      activePowerW: truth.activePowerW,
      reactivePowerVar: truth.reactivePowerVar,
      relay: "closed",
      flags: [],
    });
    expect(truth.activePowerW).toBeGreaterThan(1900);
    expect(truth.energyWh - closed.energyWh).toBeGreaterThanOrEqual(0);
    expect(truth.energyWh - closed.energyWh).toBeLessThan(11);
    expect(Math.abs(closed.voltageDv - 2200)).toBeLessThan(60);
    if (variant === "three-phase") {
      const [a, b, c] = closed.phases ?? [];
      expect(b?.activePowerW).toBeGreaterThan(2000);
      expect(a?.activePowerW).toBe(c?.activePowerW);
    }
    master.write(unitId, variant === "single-phase" ? 0x0801 : 0x0804, 0x8000);
    expect(sample(unitId, variant)).toMatchObject({
      activePowerW: 0,
      currentCa: 0,
      relay: "open",
      flags: [],
    });
  });
});
