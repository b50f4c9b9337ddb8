import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AddressPlanRequest,
  CABINET_FRAMES,
  planAddresses,
  spreadOverCabinets,
} from "./address-plan.ts";

const request = (change: Partial<AddressPlanRequest> = {}): AddressPlanRequest => ({
  cabinets: [{ threePhase: 4, singlePhase: 24 }],
  frame: 36,
  line: { baud: 9600, parity: "none", stopBits: 1 },
  turnaroundMs: 20,
  pollIntervalMs: 5000,
  sampleRegisters: { "three-phase": [40], "single-phase": [20] },
  limitMilli: 800,
  ...change,
});

function planned(change: Partial<AddressPlanRequest> = {}) {
  const plan = planAddresses(request(change));
  if (!plan.ok) throw new Error(JSON.stringify(plan.mistakes));
  return plan.buses;
}

describe("the address planner", () => {
  it("gives the manual's own example its ids (ADF400L V1.2, 9.3: 8 three-phase, 12 single-phase)", () => {
    const [bus] = planned({ cabinets: [{ threePhase: 8, singlePhase: 12 }] });
    const ids = bus?.cabinets[0]?.circuits.map(({ unitId }) => unitId);
    expect(ids).toEqual([1, 4, 7, 10, 13, 16, 19, 22, ...Array.from({ length: 12 }, (_, i) => 25 + i)]);
  });

  it("steps cabinets by their frame and puts six full ones of 36 on a bus, not seven", () => {
    const full = { threePhase: 0, singlePhase: 36 };
    const buses = planned({ cabinets: Array.from({ length: 7 }, () => full), pollIntervalMs: 60_000 });
    expect(buses.map((bus) => bus.cabinets.map(({ firstUnitId }) => firstUnitId))).toEqual([
      [1, 37, 73, 109, 145, 181],
      [1],
    ]);
  });

  it("reckons the wire: 13 + 2n characters, the turnaround and the silence after it", () => {
    const [bus] = planned({
      cabinets: [{ threePhase: 0, singlePhase: 10 }],
      line: { baud: 9600, parity: "even", stopBits: 1 },
      turnaroundMs: 5,
      pollIntervalMs: 10_000,
      sampleRegisters: { "three-phase": [], "single-phase": [40] },
    });
    // gateway.md: 8.65 reads of 40 registers a second at 9600 baud, 11 bits, 5 ms.
    expect(10_000 / (bus?.cycleMs ?? 0)).toBeCloseTo(8.65, 2);
    expect(bus?.plannedMilli).toBe(116);
    expect(bus?.shortestIntervalMs).toBeGreaterThan(1440);
  });

  it("opens another bus where the polls would take more than their share, and says when one cabinet is too much", () => {
    const cabinets = [
      { threePhase: 0, singlePhase: 36 },
      { threePhase: 0, singlePhase: 36 },
    ];
    expect(planned({ cabinets, pollIntervalMs: 5000 })).toHaveLength(2);
    const [bus] = planned({ cabinets, pollIntervalMs: 1000 });
    expect(bus?.fits).toBe(false);
    expect(bus?.shortestIntervalMs).toBeGreaterThan(1000);
  });

  it.each([
    [{ threePhase: 12, singlePhase: 1 }, "cabinet-too-full"],
    [{ threePhase: 0, singlePhase: 0 }, "cabinet-empty"],
  ])("refuses a cabinet of %o", (cabinet, code) => {
    const plan = planAddresses(request({ cabinets: [cabinet] }));
    expect(plan).toMatchObject({ ok: false, mistakes: [{ code, cabinet: 0 }] });
  });

  it("places every circuit once, within its cabinet's frame and the bus' ids, whatever is asked", () => {
    const site = fc.record({
      threePhase: fc.nat({ max: 80 }),
      singlePhase: fc.nat({ max: 600 }),
      frame: fc.constantFrom(...CABINET_FRAMES),
      pollIntervalMs: fc.integer({ min: 1000, max: 900_000 }),
    });
    fc.assert(
      fc.property(site, ({ threePhase, singlePhase, frame, pollIntervalMs }) => {
        const cabinets = spreadOverCabinets({ threePhase, singlePhase }, frame);
        const buses = planned({ cabinets, frame, pollIntervalMs });
        for (const bus of buses) {
          const taken = bus.cabinets.flatMap((cabinet) =>
            cabinet.circuits.flatMap(({ unitId, kind }) => {
              const last = unitId + (kind === "three-phase" ? 2 : 0);
              expect(last).toBeLessThan(cabinet.firstUnitId + frame);
              return Array.from({ length: last - unitId + 1 }, (_, i) => unitId + i);
            }),
          );
          expect(new Set(taken).size).toBe(taken.length);
          expect(Math.max(...taken)).toBeLessThanOrEqual(247);
          expect(bus.fits || bus.cabinets.length === 1).toBe(true);
        }
        const placed = buses.flatMap((bus) => bus.cabinets.flatMap((cabinet) => cabinet.circuits));
        expect(placed.filter(({ kind }) => kind === "three-phase")).toHaveLength(threePhase);
        expect(placed.filter(({ kind }) => kind === "single-phase")).toHaveLength(singlePhase);
      }),
    );
  });
});
