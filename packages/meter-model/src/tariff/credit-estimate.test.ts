import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CreditPosition, creditPositionSchema } from "../contract/gateway-config.ts";
import { creditEstimateMicro, type EnergyPoint, estimateCredit, type UseSince } from "./credit-estimate.ts";
import { flatScheme } from "./scheme.ts";
import type { TariffCalendar } from "./tariff-calendar.ts";

const CALENDAR: TariffCalendar = {
  timeZone: "Asia/Shanghai",
  restWeekdays: [6, 7],
  holidays: [],
  namedDays: {},
};
const T0 = Date.parse("2025-03-01T00:00:00Z");
const flat = flatScheme(600_000);

function position(registers: [string, EnergyPoint][], balanceMicro = 50_000_000): CreditPosition {
  return {
    householdId: "h1",
    revision: 1,
    at: new Date(T0).toISOString(),
    balanceMicro,
    registers: registers.map(([circuitId, point]) => ({
      circuitId,
      at: new Date(point.atMs).toISOString(),
      energyWh: point.energyWh,
    })),
    cutMicro: 0,
    releaseMicro: 0,
    tariff: flat,
  };
}
const at = (minutes: number, energyWh: number): EnergyPoint => ({ atMs: T0 + minutes * 60_000, energyWh });

describe("creditEstimateMicro", () => {
  it("is the balance when nothing was used", () => {
    expect(
      creditEstimateMicro(position([["a", at(0, 1000)]]), [{ circuitId: "a", points: [] }], CALENDAR),
    ).toBe(50_000_000);
  });

  it("subtracts 1 kWh at 0.60 from 50.00", () => {
    const uses = [{ circuitId: "a", points: [at(30, 1500), at(60, 2000)] }];
    expect(creditEstimateMicro(position([["a", at(0, 1000)]]), uses, CALENDAR)).toBe(49_400_000);
  });

  it("sums the circuits of the household", () => {
    const uses = [
      { circuitId: "a", points: [at(60, 2000)] },
      { circuitId: "b", points: [at(60, 5500)] },
    ];
    expect(
      creditEstimateMicro(
        position([
          ["a", at(0, 1000)],
          ["b", at(0, 5000)],
        ]),
        uses,
        CALENDAR,
      ),
    ).toBe(49_100_000);
  });

  it("ignores points that the server has charged, and their order", () => {
    const uses = [{ circuitId: "a", points: [at(90, 2000), at(30, 1200), at(60, 1500), at(90, 2000)] }];
    expect(creditEstimateMicro(position([["a", at(60, 1500)]]), uses, CALENDAR)).toBe(49_700_000);
  });

  it("charges nothing for a register that fell, and goes on from there", () => {
    const uses = [{ circuitId: "a", points: [at(10, 100), at(20, 200)] }];
    expect(creditEstimateMicro(position([["a", at(0, 1000)]]), uses, CALENDAR)).toBe(49_940_000);
  });

  it("starts a circuit that the position does not know at its first point", () => {
    const uses = [{ circuitId: "new", points: [at(10, 7000), at(20, 7100)] }];
    expect(creditEstimateMicro(position([]), uses, CALENDAR)).toBe(49_940_000);
  });

  const series = fc
    .array(
      fc.record({ minutes: fc.integer({ min: 1, max: 600 }), wh: fc.integer({ min: 0, max: 50_000 }) }),
      {
        minLength: 1,
        maxLength: 20,
      },
    )
    .map((steps) => {
      let last = { minutes: 0, wh: 1000 };
      return steps.map((step) => {
        last = { minutes: last.minutes + step.minutes, wh: last.wh + step.wh };
        return at(last.minutes, last.wh);
      });
    });

  it("telescopes: a flat price depends on the ends only", () => {
    fc.assert(
      fc.property(series, (points) => {
        const base = position([["a", at(0, 1000)]]);
        const last = points.at(-1);
        expect(creditEstimateMicro(base, [{ circuitId: "a", points }], CALENDAR)).toBe(
          creditEstimateMicro(base, [{ circuitId: "a", points: last === undefined ? [] : [last] }], CALENDAR),
        );
      }),
    );
  });

  it("does not change when points arrive again or in another order", () => {
    fc.assert(
      fc.property(series, fc.nat(), (points, seed) => {
        const base = position([["a", at(0, 1000)]]);
        const rotated = [
          ...points.slice(seed % points.length),
          ...points,
          ...points.slice(0, seed % points.length),
        ];
        expect(creditEstimateMicro(base, [{ circuitId: "a", points: rotated }], CALENDAR)).toBe(
          creditEstimateMicro(base, [{ circuitId: "a", points }], CALENDAR),
        );
      }),
    );
  });

  it("stays the same when the server charges a part and moves its position on", () => {
    fc.assert(
      fc.property(series, fc.nat(), (points, pick) => {
        const before = position([["a", at(0, 1000)]]);
        const charged = points[pick % points.length] ?? at(0, 1000);
        const upTo = creditEstimateMicro(before, [{ circuitId: "a", points: [charged] }], CALENDAR);
        const after = position([["a", charged]], upTo);
        const uses = [{ circuitId: "a", points }];
        // 600,000 micro per kWh is 600 micro per Wh: no fraction to carry.
        expect(creditEstimateMicro(after, uses, CALENDAR)).toBe(creditEstimateMicro(before, uses, CALENDAR));
      }),
    );
  });
});

describe("estimateCredit", () => {
  const settled: CreditPosition = {
    ...position([["a", at(0, 1000)]], 0),
    positionVersion: 2,
    settlement: { freeWh: 310, open: [{ wh: 5, costNano: 5 }], openFreeNano: 5, block: null },
  };

  it("lays free energy on the dearest use, also beside a rate without any", () => {
    const since: UseSince = {
      energyNano: 5610,
      whByPrice: new Map([
        [1, 0],
        [2, 2805],
      ]),
      whByPeriod: new Map(),
    };
    // 310 × 2 instead of the 5 × 1 that the balance has relieved: 5,610 − 615 = 4,995.
    expect(estimateCredit({ ...settled, balanceMicro: 10 }, since).balanceMicro).toBe(6);
  });

  it("cuts nobody while free energy is left, and counts it at the cheapest rate", () => {
    const limits = { cutMicro: 1_000_000, releaseMicro: 2_000_000 };
    const used = (wh: number): UseSince => ({
      energyNano: wh * 600_000,
      whByPrice: new Map([[600_000, wh]]),
      whByPeriod: new Map(),
    });
    // 305 − 105 = 200 Wh are left, at 0.60 worth 0.12.
    expect(estimateCredit({ ...settled, ...limits }, used(105))).toMatchObject({
      freeWh: 200,
      usableMicro: 2_120_000,
    });
    const usedUp = estimateCredit({ ...settled, ...limits }, used(305));
    expect(usedUp).toMatchObject({ freeWh: 0, usableMicro: usedUp.balanceMicro });
  });

  it("reads a position of version 1 as what it meant", () => {
    const { positionVersion: _version, settlement: _settlement, ...old } = settled;
    const document = {
      ...old,
      tariff: {
        schemeVersion: 1,
        rates: flat.rates,
        periods: [{ from: "00:00", to: "24:00", rateId: "flat" }],
      },
    };
    const parsed = creditPositionSchema.parse(JSON.parse(JSON.stringify(document)));
    const since: UseSince = {
      energyNano: 6_000_000,
      whByPrice: new Map([[600_000, 10]]),
      whByPeriod: new Map(),
    };
    expect(parsed.tariff).toEqual(flat);
    expect(estimateCredit(parsed, since)).toEqual({
      balanceMicro: -6000,
      freeWh: 0,
      usableMicro: -6000,
    });
  });
});
