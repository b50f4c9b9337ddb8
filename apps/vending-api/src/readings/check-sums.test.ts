import { describe, expect, it } from "vitest";
import type { Interval } from "../rating/read-intervals.ts";
import { sumDiffers } from "./check-sums.ts";

const intervals = (...wh: (number | null)[]): Interval[] =>
  wh.map((value, index) => ({
    at: new Date(index * 900_000),
    wh: value,
    flag: value === null ? "missing" : "good",
  }));

describe("the sum of the circuits", () => {
  it.each([
    {
      why: "is exact",
      master: [500, 500],
      circuits: [
        [300, 300],
        [200, 200],
      ],
      isOutside: false,
    },
    { why: "is 1 % off", master: [5000, 5000], circuits: [[4900, 5000]], isOutside: false },
    { why: "is more than 1 % off", master: [5000, 5000], circuits: [[4899, 5000]], isOutside: true },
    { why: "is larger than the master's", master: [5000, 5000], circuits: [[5101, 5000]], isOutside: true },
    { why: "is two register steps off", master: [100, 0], circuits: [[80, 0]], isOutside: false },
    { why: "is more than two register steps off", master: [100, 0], circuits: [[79, 0]], isOutside: true },
  ])("$why", ({ master, circuits, isOutside }) => {
    const compared = sumDiffers(
      intervals(...master),
      circuits.map((row) => intervals(...row)),
      10,
    );
    expect(compared?.isOutside).toBe(isOutside);
  });

  it("is not compared while anything of it is missing", () => {
    expect(sumDiffers(intervals(1, null), [intervals(1, 1)], 10)).toBeUndefined();
    expect(sumDiffers(intervals(1, 1), [intervals(1, 1), intervals(null, 1)], 10)).toBeUndefined();
  });
});
