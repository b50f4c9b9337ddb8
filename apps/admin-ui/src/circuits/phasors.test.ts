import { describe, expect, it } from "vitest";
import { imbalanceMilli, phasorsOf } from "./phasors.ts";

const phase = (activePowerW: number, currentCa = 1000) => ({ voltageDv: 2300, currentCa, activePowerW });
const angles = (reactivePowerVar: number, ...phases: ReturnType<typeof phase>[]) => {
  const [a, b, c] = phases;
  if (!a || !b || !c) throw new Error("three phases");
  return phasorsOf({ phases: [a, b, c], reactivePowerVar }).map(({ currentAngle }) =>
    Math.round(currentAngle),
  );
};

describe("phasorsOf", () => {
  it("puts voltages 120° apart and resistive currents on them", () => {
    expect(phasorsOf({ reactivePowerVar: 0 })).toEqual([]);
    expect(angles(0, phase(2300), phase(2300), phase(2300))).toEqual([0, 240, 120]);
  });

  it("lets currents lag for a motor and lead for a capacitor", () => {
    // cos 60° = 0.5
    expect(angles(4000, phase(1150), phase(1150), phase(1150))).toEqual([300, 180, 60]);
    expect(angles(-4000, phase(1150), phase(1150), phase(1150))).toEqual([60, 300, 180]);
  });

  it("turns power that flows back, and stays calm without current", () => {
    expect(angles(0, phase(-2300), phase(0, 0), phase(2400))).toEqual([180, 240, 120]);
  });
});

it("measures imbalance by the phase that differs most", () => {
  expect(imbalanceMilli([2300, 2300, 2300])).toBe(0);
  expect(imbalanceMilli([2200, 2300, 2400])).toBe(43);
  expect(imbalanceMilli([0, 0, 0])).toBe(0);
});
