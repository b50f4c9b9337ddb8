import { creditEstimateMicro, dayScheme, type TariffCalendar } from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { creditPosition, PRICE_MICRO_PER_KWH, RIG_START_MS } from "../testing/gateway-rig.ts";
import { sampleAt } from "../testing/samples.ts";
import { HouseholdCredit } from "./household-credit.ts";
import { usePointOf } from "./use-points.ts";

const SECOND = 1000;
const CALENDAR: TariffCalendar = {
  timeZone: "Asia/Shanghai",
  restWeekdays: [6, 7],
  holidays: [],
  namedDays: {},
};
const circuit = { switchRatingCa: 6000, ctRatio: 1, ptRatio: 1 };
const sample = (second: number, energyWh: number) => sampleAt(RIG_START_MS + second * SECOND, { energyWh });
const add = (credit: HouseholdCredit, second: number, energyWh: number) =>
  credit.addSample("c1", circuit, sample(second, energyWh), second * SECOND);
const costMicro = (wh: number) => (wh * PRICE_MICRO_PER_KWH) / 1000;

function household(balanceMicro = 1_000_000): HouseholdCredit {
  const credit = new HouseholdCredit(CALENDAR);
  credit.setPosition(creditPosition(1, balanceMicro));
  return credit;
}

describe("what a household can still use", () => {
  it("is unknown without a position", () => {
    expect(new HouseholdCredit(CALENDAR).balanceMicro).toBeNull();
  });

  it("falls by the rated use since the position's register", () => {
    const credit = household();
    add(credit, 5, 1_000_010);
    add(credit, 10, 1_000_020);
    expect(credit.balanceMicro).toBe(1_000_000 - costMicro(20));
  });

  it("follows a newer position, whose register may be older than the newest sample", () => {
    const credit = household();
    for (const second of [1000, 2000, 3000]) add(credit, second, 1_000_000 + second / 100);
    const registers = [
      { circuitId: "c1", at: new Date(RIG_START_MS + 2000 * SECOND).toISOString(), energyWh: 1_000_020 },
    ];
    const removed = credit.setPosition(creditPosition(1, 5_000_000, { revision: 2, registers }));
    expect(credit.balanceMicro).toBe(5_000_000 - costMicro(10));
    expect(removed?.get("c1")).toEqual([RIG_START_MS + 1000 * SECOND]);
    expect(credit.setPosition(creditPosition(1, 1, { revision: 1 }))).toBeNull();
    expect(credit.balanceMicro).toBe(5_000_000 - costMicro(10));
  });

  it("counts another meter's use from the register at which the server has opened it, and nothing else", () => {
    const credit = household();
    add(credit, 1000, 1_000_010);
    credit.meterChanged("c1");
    add(credit, 3000, 2_000_070);
    expect(credit.balanceMicro).toBe(1_000_000 - costMicro(10));
    const at = new Date(RIG_START_MS + 2000 * SECOND).toISOString();
    const opened = (energyWh: number) => ({ revision: 2, registers: [{ circuitId: "c1", at, energyWh }] });
    credit.setPosition(creditPosition(1, 990_000, opened(1_000_010)));
    expect(credit.balanceMicro).toBe(990_000);
    credit.setPosition(creditPosition(1, 990_000, opened(2_000_000)));
    expect(credit.balanceMicro).toBe(990_000 - costMicro(70));
    add(credit, 3010, 2_000_080);
    expect(credit.balanceMicro).toBe(990_000 - costMicro(80));
  });

  it("leaves out doubtful samples; the next good one carries their energy", () => {
    const credit = household();
    credit.addSample("c1", circuit, { ...sample(5, 9_999_999), flags: ["suspect"] }, 5 * SECOND);
    expect(credit.balanceMicro).toBe(1_000_000);
    add(credit, 10, 1_000_010);
    expect(credit.balanceMicro).toBe(1_000_000 - costMicro(10));
  });

  it("does not change with the number of samples between, however many", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 400 }), (uses) => {
        const credit = household(100_000_000);
        let energyWh = 1_000_000;
        for (const [index, usedWh] of uses.entries()) {
          energyWh += usedWh;
          // Two minutes apart: several slots.
          add(credit, (index + 1) * 120, energyWh);
        }
        expect(credit.balanceMicro).toBe(100_000_000 - costMicro(energyWh - 1_000_000));
      }),
    );
  });

  it("comes back the same from the points that were kept", () => {
    const before = household();
    const kept = new Map<number, { atMs: number; energyWh: number }>();
    for (let index = 1; index <= 500; index += 1) {
      const { added, removedAtMs } = add(before, index * 60, 1_000_000 + index * 3);
      if (added) kept.set(added.atMs, added);
      for (const atMs of removedAtMs) kept.delete(atMs);
    }
    expect(kept.size).toBeLessThan(80);
    const after = new HouseholdCredit(CALENDAR);
    after.restorePoints("c1", [...kept.values()]);
    after.setPosition(creditPosition(1, 1_000_000));
    expect(after.balanceMicro).toBe(before.balanceMicro);
  });
});

describe("a clock that was set back", () => {
  it("hides no use, before and after it has come to where it was", () => {
    const credit = household();
    const give = (second: number, usedWh: number, passed: number) => {
      credit.addSample("c1", circuit, sample(second, 1_000_000 + usedWh), passed * SECOND);
      return credit.balanceMicro;
    };
    expect(give(7200, 100, 7200)).toBe(1_000_000 - costMicro(100));
    // An hour back; 2 kW go on.
    expect([3600, 3900, 4200].map((second, index) => give(second, 200 + index * 160, 4000 + second))).toEqual(
      [200, 360, 520].map((wh) => 1_000_000 - costMicro(wh)),
    );
    expect(give(7500, 700, 11_500)).toBe(1_000_000 - costMicro(700));
  });

  it("hides no use of a unit that was silent meanwhile, so that two samples seem to lie seconds apart", () => {
    const credit = household();
    add(credit, 1920, 1_000_010);
    // 38 min at 400 W, of which the clock was set back by all but 22 s.
    const late = { ...sample(1942, 1_000_160), flags: ["clock-unsure" as const] };
    credit.addSample("c1", circuit, late, (1920 + 2280) * SECOND);
    expect(credit.balanceMicro).toBe(1_000_000 - costMicro(160));
  });

  it("hides no use over a restart, while nobody knows what time it is", () => {
    const credit = household();
    credit.restorePoints("c1", [{ atMs: RIG_START_MS + 1920 * SECOND, energyWh: 1_000_010 }]);
    credit.addSample("c1", circuit, { ...sample(1942, 1_000_160), flags: ["clock-unsure"] }, 0);
    expect(credit.balanceMicro).toBe(1_000_000 - costMicro(160));
  });
});

describe("a step that no switch can carry", () => {
  const last = { atMs: RIG_START_MS, energyWh: 1_000_000 };
  it.each([
    { why: "a register that fell", energyWh: 999_990, isBreak: true },
    { why: "60 A for 5 s and two steps of the register", energyWh: 1_000_040, isBreak: undefined },
    { why: "more than that", energyWh: 1_000_050, isBreak: true },
  ])("$why", ({ energyWh, isBreak }) => {
    expect(usePointOf(circuit, sample(5, energyWh), last, 5 * SECOND).isBreak).toBe(isBreak);
  });

  it("is taken out, and counting goes on behind it", () => {
    const credit = household();
    const registers = [1_000_010, 5_000_000, 5_000_010, 20, 40];
    const balances = registers.map((energyWh, index) => {
      add(credit, (index + 1) * 1000, energyWh);
      return credit.balanceMicro;
    });
    const used = [10, 10, 20, 20, 40];
    expect(balances).toEqual(used.map((wh) => 1_000_000 - costMicro(wh)));
  });
});

describe("two rates", () => {
  const tariff = dayScheme(
    [
      { id: "peak", name: "Peak", priceMicroPerKWh: 900_001 },
      { id: "low", name: "Low", priceMicroPerKWh: 300_007 },
    ],
    [
      { from: "00:00", to: "08:00", rateId: "low" },
      { from: "08:00", to: "24:00", rateId: "peak" },
    ],
  );

  it("cost what the whole series costs, however the points came", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 120 }), (uses) => {
        const position = creditPosition(1, 100_000_000, { tariff });
        const credit = new HouseholdCredit(CALENDAR);
        credit.setPosition(position);
        let energyWh = 1_000_000;
        const points = uses.map((usedWh, index) => {
          energyWh += usedWh;
          // Twenty minutes apart: each in a slot of its own, over both rates.
          const second = (index + 1) * 1200;
          add(credit, second, energyWh);
          return { atMs: RIG_START_MS + second * SECOND, energyWh };
        });
        const expected = creditEstimateMicro(position, [{ circuitId: "c1", points }], CALENDAR);
        expect(credit.balanceMicro).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });
});
