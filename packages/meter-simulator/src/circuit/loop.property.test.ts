import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAppliance } from "../appliance/appliance.ts";
import { APPLIANCE_KIND_NAMES } from "../appliance/appliance-kinds.ts";
import { addEnergy, type EnergyReading, sumEnergies } from "./energy-counter.ts";
import { Loop } from "./loop.ts";

const MICRO_WS_PER_WH = 3_600_000_000n;
const exact = ({ wh, microWs }: EnergyReading) => BigInt(wh) * MICRO_WS_PER_WH + BigInt(microWs);
const NO_ENERGY = { wh: 0, microWs: 0 };

const applianceArbitrary = fc.record({
  kind: fc.constantFrom(...APPLIANCE_KIND_NAMES),
  afterS: fc.nat(120),
  wiring: fc.constantFrom("a" as const, "b" as const, "c" as const, "all" as const),
});

function loopOf(
  plans: { kind: (typeof APPLIANCE_KIND_NAMES)[number]; afterS: number; wiring: "a" | "b" | "c" | "all" }[],
  phaseCount: 1 | 3,
) {
  return new Loop({
    phaseCount,
    energies: Array.from({ length: phaseCount }, () => ({ active: NO_ENERGY, reactive: NO_ENERGY })),
    isContactClosed: true,
    appliances: plans.map(({ kind, afterS, wiring }, index) =>
      createAppliance(3, { id: `${kind}-${index}`, kind, wiring, timetable: { afterS } }),
    ),
  });
}

describe("energy", () => {
  it("loses nothing against arbitrary precision", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100_000_000), fc.nat(10_000_000)), { maxLength: 60 }), (steps) => {
        const counted = steps.reduce((sum, [powerMw, ms]) => addEnergy(sum, powerMw, ms), NO_ENERGY);
        const expected = steps.reduce((sum, [powerMw, ms]) => sum + BigInt(powerMw) * BigInt(ms), 0n);
        expect(exact(counted)).toBe(expected);
        expect(counted.microWs).toBeLessThan(Number(MICRO_WS_PER_WH));
      }),
    );
  });

  it("is the same however often someone looks", () => {
    fc.assert(
      fc.property(
        fc.array(applianceArbitrary, { maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 20 }),
        (plans, looks) => {
          const untilMs = looks.reduce((sum, ms) => sum + ms, 0);
          const once = loopOf(plans, 1);
          once.advance(untilMs);
          const often = loopOf(plans, 1);
          let atMs = 0;
          for (const ms of looks) {
            atMs += ms;
            often.advance(atMs);
            often.powers();
          }
          expect(often.energies).toEqual(once.energies);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("is the sum of power × time over 100 ms steps, phase by phase", () => {
    fc.assert(
      fc.property(fc.array(applianceArbitrary, { maxLength: 3 }), (plans) => {
        const loop = loopOf(plans, 3);
        const expected = [0n, 0n, 0n];
        for (let atMs = 0; atMs < 60_000; atMs += 100) {
          loop.advance(atMs);
          for (const [phase, { activePowerMw }] of loop.powers().entries())
            expected[phase] = (expected[phase] ?? 0n) + BigInt(activePowerMw) * 100n;
        }
        loop.advance(60_000);
        expect(loop.energies.map(({ active }) => exact(active))).toEqual(expected);
        const total = sumEnergies(loop.energies.map(({ active }) => active));
        expect(exact(total)).toBe(expected.reduce((sum, phase) => sum + phase, 0n));
      }),
      { numRuns: 20 },
    );
  });

  it("stops with the contact and with the mains, whatever is plugged in", () => {
    fc.assert(
      fc.property(
        fc.array(applianceArbitrary, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (plans, byContact) => {
          const loop = loopOf(plans, 1);
          loop.advance(150_000);
          if (byContact) loop.setContact(false);
          else loop.setSupply(false);
          const before = loop.energies;
          expect(loop.powers()).toEqual([{ activePowerMw: 0, reactivePowerMvar: 0 }]);
          loop.advance(400_000);
          expect(loop.energies).toEqual(before);
          if (byContact) loop.setContact(true);
          else loop.setSupply(true);
          loop.advance(3_400_000);
          expect(loop.energies).not.toEqual(before);
        },
      ),
      { numRuns: 30 },
    );
  });
});
