import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LANES, type Lane } from "./bus.ts";
import { choose } from "./choose.ts";

describe("who goes next", () => {
  it.for<{
    name: string;
    waiting: [Lane, number][];
    lastOutOfRank: boolean;
    chosen: Lane;
    outOfRank: boolean;
  }>([
    {
      name: "the first lane",
      waiting: [
        ["poll", 0],
        ["sale", 0],
      ],
      lastOutOfRank: false,
      chosen: "sale",
      outOfRank: false,
    },
    {
      name: "an aged lane out of rank",
      waiting: [
        ["poll", 1],
        ["sale", 0],
      ],
      lastOutOfRank: false,
      chosen: "poll",
      outOfRank: true,
    },
    {
      name: "but not twice in a row",
      waiting: [
        ["poll", 9],
        ["sale", 0],
      ],
      lastOutOfRank: true,
      chosen: "sale",
      outOfRank: false,
    },
    {
      name: "the most aged of several",
      waiting: [
        ["poll", 2],
        ["scan", 3],
        ["sale", 1],
      ],
      lastOutOfRank: false,
      chosen: "scan",
      outOfRank: true,
    },
    {
      name: "nothing before a trip",
      waiting: [
        ["poll", 9],
        ["trip", 0],
      ],
      lastOutOfRank: false,
      chosen: "trip",
      outOfRank: false,
    },
    {
      name: "an aged first lane in its rank",
      waiting: [
        ["sale", 9],
        ["poll", 2],
      ],
      lastOutOfRank: false,
      chosen: "sale",
      outOfRank: false,
    },
  ])("$name", ({ waiting, lastOutOfRank, chosen, outOfRank }) => {
    const candidates = waiting.map(([lane, age]) => ({ lane, age }));
    expect(choose(candidates, lastOutOfRank)).toMatchObject({ candidate: { lane: chosen }, outOfRank });
  });

  it("is nobody when nobody waits", () => {
    expect(choose([], false)).toBeUndefined();
  });

  it("takes the first lane in at least every second turn, and a trip always", () => {
    const candidates = fc.uniqueArray(
      fc.record({ lane: fc.constantFrom(...LANES), age: fc.double({ min: 0, max: 20, noNaN: true }) }),
      { minLength: 1, selector: ({ lane }) => lane },
    );
    fc.assert(
      fc.property(fc.array(candidates, { minLength: 2 }), (turns) => {
        let outOfRank = false;
        for (const waiting of turns) {
          const chosen: ReturnType<typeof choose> = choose(waiting, outOfRank);
          const first = LANES.find((lane) => waiting.some((candidate) => candidate.lane === lane));
          if (outOfRank || first === "trip") expect(chosen?.candidate.lane).toBe(first);
          outOfRank = chosen?.outOfRank ?? false;
        }
      }),
    );
  });
});
