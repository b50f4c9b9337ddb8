import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { abnormalUse, COMPARED_WEEKS, LEAST_EXCESS_WH, LEAST_KNOWN_DAYS } from "./abnormal-use.ts";

const dayWh = fc.integer({ min: 0, max: 60_000 });
const history = fc.array(dayWh, { minLength: LEAST_KNOWN_DAYS, maxLength: COMPARED_WEEKS });

describe("a day's use", () => {
  it.each([
    { what: "a heater left on", wh: 9600, weeks: [2100, 1900, 2300, 2000, 2200], usualWh: 2100 },
    { what: "one odd week among the others", wh: 9600, weeks: [2100, 1900, 9000, 2000, 2200], usualWh: 2100 },
    { what: "laundry day", wh: 3900, weeks: [2100, 1900, 2300, 2000, 2200], usualWh: undefined },
    { what: "three times hardly anything", wh: 900, weeks: [300, 280, 310, 290], usualWh: undefined },
    {
      what: "a household that always varies",
      wh: 9600,
      weeks: [500, 9000, 4000, 1000, 7000, 2500],
      usualWh: undefined,
    },
    { what: "too little known", wh: 9600, weeks: [2100, 1900, 2300], usualWh: undefined },
    { what: "a room that stood empty", wh: 1001, weeks: [0, 0, 0, 0], usualWh: 0 },
  ])("$what", ({ wh, weeks, usualWh }) => {
    expect(abnormalUse(wh, weeks)?.usualWh).toBe(usualWh);
  });

  it("is never abnormal within what the same weekday has had most of the time", () => {
    fc.assert(
      fc.property(history, (weeks) => {
        const sorted = [...weeks].sort((a, b) => a - b);
        const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
        expect(abnormalUse(middle, weeks)).toBeUndefined();
        expect(abnormalUse(middle + LEAST_EXCESS_WH, weeks)).toBeUndefined();
      }),
    );
  });

  it("stays abnormal when it is higher, and does not depend on the order of the weeks", () => {
    fc.assert(
      fc.property(history, dayWh, dayWh, (weeks, wh, more) => {
        const verdict = abnormalUse(wh, weeks);
        expect(abnormalUse(wh, weeks.toReversed())).toEqual(verdict);
        if (verdict) expect(abnormalUse(wh + more, weeks)).toEqual(verdict);
      }),
    );
  });

  it("is found however wild one single week was", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1900, max: 2100 }), { minLength: 5, maxLength: 7 }),
        dayWh,
        (weeks, odd) => {
          expect(abnormalUse(12_000, [...weeks, odd])).toBeDefined();
        },
      ),
    );
  });
});
