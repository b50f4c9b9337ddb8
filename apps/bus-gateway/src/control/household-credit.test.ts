import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { creditPosition, PRICE_MICRO_PER_KWH, RIG_START_MS } from "../testing/gateway-rig.ts";
import { sampleAt } from "../testing/samples.ts";
import { HouseholdCredit } from "./household-credit.ts";
import { usePointOf, withoutBreaks } from "./use-points.ts";

const SECOND = 1000;
const circuit = { switchRatingCa: 6000, ctRatio: 1, ptRatio: 1 };
const sample = (second: number, energyWh: number) => sampleAt(RIG_START_MS + second * SECOND, { energyWh });
const costMicro = (wh: number) => (wh * PRICE_MICRO_PER_KWH) / 1000;

function household(balanceMicro = 1_000_000): HouseholdCredit {
  const credit = new HouseholdCredit("Asia/Shanghai");
  credit.setPosition(creditPosition(1, balanceMicro));
  return credit;
}

describe("what a household can still use", () => {
  it("is unknown without a position", () => {
    expect(new HouseholdCredit("Asia/Shanghai").balanceMicro).toBeNull();
  });

  it("falls by the rated use since the position's register", () => {
    const credit = household();
    credit.addSample("c1", circuit, sample(5, 1_000_010));
    credit.addSample("c1", circuit, sample(10, 1_000_020));
    expect(credit.balanceMicro).toBe(1_000_000 - costMicro(20));
  });

  it("follows a newer position, whose register may be older than the newest sample", () => {
    const credit = household();
    for (const second of [1000, 2000, 3000])
      credit.addSample("c1", circuit, sample(second, 1_000_000 + second / 100));
    const registers = [
      { circuitId: "c1", at: new Date(RIG_START_MS + 2000 * SECOND).toISOString(), energyWh: 1_000_020 },
    ];
    const removed = credit.setPosition(creditPosition(1, 5_000_000, { revision: 2, registers }));
    expect(credit.balanceMicro).toBe(5_000_000 - costMicro(10));
    expect(removed?.get("c1")).toEqual([RIG_START_MS + 1000 * SECOND]);
    expect(credit.setPosition(creditPosition(1, 1, { revision: 1 }))).toBeNull();
    expect(credit.balanceMicro).toBe(5_000_000 - costMicro(10));
  });

  it("leaves out doubtful samples; the next good one carries their energy", () => {
    const credit = household();
    credit.addSample("c1", circuit, { ...sample(5, 9_999_999), flags: ["suspect"] });
    expect(credit.balanceMicro).toBe(1_000_000);
    credit.addSample("c1", circuit, sample(10, 1_000_010));
    expect(credit.balanceMicro).toBe(1_000_000 - costMicro(10));
  });

  it("does not change with the number of samples between, whatever was rolled up", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 400 }), (uses) => {
        const credit = household(100_000_000);
        let energyWh = 1_000_000;
        for (const [index, usedWh] of uses.entries()) {
          energyWh += usedWh;
          // Two minutes apart: several slots, and more loose points than are kept.
          credit.addSample("c1", circuit, sample((index + 1) * 120, energyWh));
        }
        expect(credit.balanceMicro).toBe(100_000_000 - costMicro(energyWh - 1_000_000));
      }),
    );
  });

  it("comes back the same from the points that were kept", () => {
    const before = household();
    const kept = new Map<number, { atMs: number; energyWh: number }>();
    for (let index = 1; index <= 500; index += 1) {
      const { added, removedAtMs } = before.addSample(
        "c1",
        circuit,
        sample(index * 60, 1_000_000 + index * 3),
      );
      if (added) kept.set(added.atMs, added);
      for (const atMs of removedAtMs) kept.delete(atMs);
    }
    expect(kept.size).toBeLessThan(80);
    const after = new HouseholdCredit("Asia/Shanghai");
    after.restorePoints("c1", [...kept.values()]);
    after.setPosition(creditPosition(1, 1_000_000));
    expect(after.balanceMicro).toBe(before.balanceMicro);
  });
});

describe("a step that no switch can carry", () => {
  const last = { atMs: RIG_START_MS, energyWh: 1_000_000 };
  it.each([
    { why: "a register that fell", energyWh: 999_990, isBreak: true },
    { why: "60 A for 5 s and two steps of the register", energyWh: 1_000_040, isBreak: undefined },
    { why: "more than that", energyWh: 1_000_050, isBreak: true },
  ])("$why", ({ energyWh, isBreak }) => {
    expect(usePointOf(circuit, sample(5, energyWh), last).isBreak).toBe(isBreak);
  });

  it("is taken out, and counting goes on behind it", () => {
    const points = [
      { atMs: 1, energyWh: 110 },
      { atMs: 2, energyWh: 9_000, isBreak: true },
      { atMs: 3, energyWh: 9_005 },
      { atMs: 4, energyWh: 20, isBreak: true },
      { atMs: 5, energyWh: 21 },
    ];
    expect(withoutBreaks({ atMs: 0, energyWh: 100 }, points).map(({ energyWh }) => energyWh)).toEqual([
      110, 110, 115, 115, 116,
    ]);
  });
});
