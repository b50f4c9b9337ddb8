import { describe, expect, it } from "vitest";
import type { Phasor } from "../../src/web/api/meter-reading.ts";
import { arrows, lagDegrees } from "./phasors.ts";

const phasor = (phase: string, change: Partial<Phasor> = {}): Phasor => ({
  phase,
  voltageDv: 2300,
  currentCa: 1000,
  activePowerW: 2300,
  reactivePowerVar: 0,
  ...change,
});

describe("a phase angle diagram", () => {
  it.each([
    ["a heater", { activePowerW: 2000, reactivePowerVar: 0 }, 0],
    ["a motor lags", { activePowerW: 1000, reactivePowerVar: 1000 }, 45],
    ["a capacitor leads", { activePowerW: 0, reactivePowerVar: -500 }, -90],
    ["a photovoltaic plant feeds back", { activePowerW: -1000, reactivePowerVar: 0 }, 180],
    ["no current has no angle", { currentCa: 0 }, null],
    ["an unknown reactive power gives none", { reactivePowerVar: null }, null],
  ])("%s", (_what, change, degrees) => {
    const lag = lagDegrees(phasor("A", change));
    if (degrees === null) expect(lag).toBeNull();
    else expect(lag).toBeCloseTo(degrees, 9);
  });

  it("draws A to the right, B after it clockwise, C after B, and a lagging current behind its voltage", () => {
    const drawn = arrows([phasor("A", { reactivePowerVar: 2300 }), phasor("B"), phasor("C")], 100);
    const at = (key: string) => {
      const found = drawn.find((arrow) => arrow.key === key);
      return found && { x: Math.round(found.x) + 0, y: Math.round(found.y) + 0 };
    };
    // SVG counts y downwards.
    expect(at("Ua")).toEqual({ x: 100, y: 0 });
    expect(at("Ub")).toEqual({ x: -50, y: 87 });
    expect(at("Uc")).toEqual({ x: -50, y: -87 });
    expect(at("Ia")).toEqual({ x: 51, y: 51 });
    expect(at("Ib")).toEqual({ x: -36, y: 62 });
  });
});
