import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateGaps, type ReadingLine } from "./estimate-gaps.ts";
import { FLAG_LEVELS, INTERVALS_PER_DAY } from "./profile-marks.ts";

const WEEK = 7 * INTERVALS_PER_DAY;
const { good, estimated, suspect } = FLAG_LEVELS;

function line(readings: (number | null)[], flags: number[]): ReadingLine {
  return { first: 0, readings, flags };
}

describe("estimated readings", () => {
  it.each([
    {
      why: "are spread evenly where no week before is known",
      readings: [100, null, null, 160],
      flags: [good, estimated, estimated, estimated],
      filled: [100, 120, 140, 160],
    },
    {
      why: "stay missing where nobody has said that metering went on",
      readings: [100, null, null, 160],
      flags: [good, good, good, good],
      filled: [100, null, null, 160],
    },
    {
      why: "stay missing while the register behind the silence is not known",
      readings: [100, null, null, null],
      flags: [good, estimated, suspect, suspect],
      filled: [100, null, null, null],
    },
    {
      why: "lie between readings that are suspect as well",
      readings: [100, null, 120],
      flags: [good, suspect, suspect],
      filled: [100, 110, 120],
    },
  ])("$why", ({ readings, flags, filled }) => {
    expect(estimateGaps(line(readings, flags)).readings).toEqual(filled);
  });

  it("take their shape from the same weekday, good intervals only", () => {
    const readings = new Array<number | null>(WEEK + 10).fill(null);
    const flags = new Array<number>(WEEK + 10).fill(good);
    // A week before: 30, 0, 10 Wh; the week's last value is not good.
    for (const [index, value] of [1000, 1030, 1030, 1040, 1900].entries()) readings[index + 2] = value;
    flags[6] = estimated;
    readings[WEEK + 2] = 5000;
    readings[WEEK + 6] = 5400;
    for (let index = WEEK + 3; index <= WEEK + 6; index += 1) flags[index] = estimated;
    const filled = estimateGaps(line(readings, flags)).readings.slice(WEEK + 2, WEEK + 7);
    expect(filled).toEqual([5000, 5300, 5300, 5400, 5400]);
  });

  it("never change what is known, never go back, and sum to the register's difference", () => {
    const step = fc.record({
      wh: fc.integer({ min: 0, max: 500 }),
      isKnown: fc.boolean(),
      flag: fc.constantFrom<number>(good, estimated, suspect),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 60 }), (steps) => {
        let sum = 0;
        const readings = steps.map(({ wh, isKnown }) => {
          sum += wh;
          return isKnown ? sum : null;
        });
        const filled = estimateGaps(
          line(
            readings,
            steps.map(({ flag }) => flag),
          ),
        ).readings;
        let last = 0;
        for (const [index, reading] of filled.entries()) {
          if (readings[index] !== null) expect(reading).toBe(readings[index]);
          if (reading === null) continue;
          expect(reading).toBeGreaterThanOrEqual(last);
          last = reading;
        }
      }),
    );
  });
});
