import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LANES, type Lane } from "./bus.ts";
import { choose } from "./choose.ts";

describe("who goes next", () => {
  it.for<{
    name: string;
    waiting: [Lane, number][];
    turnsOutOfRank: number;
    planFits?: boolean;
    chosen: Lane;
    outOfRank: boolean;
  }>([
    {
      name: "the first lane",
      waiting: [
        ["poll", 0],
        ["sale", 0],
      ],
      turnsOutOfRank: 0,
      chosen: "sale",
      outOfRank: false,
    },
    {
      name: "an aged lane out of rank",
      waiting: [
        ["poll", 1],
        ["sale", 0],
      ],
      turnsOutOfRank: 0,
      chosen: "poll",
      outOfRank: true,
    },
    {
      name: "but not twice in a row",
      waiting: [
        ["poll", 2.9],
        ["sale", 0],
      ],
      turnsOutOfRank: 1,
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
      turnsOutOfRank: 0,
      chosen: "scan",
      outOfRank: true,
    },
    {
      name: "nothing before a trip",
      waiting: [
        ["poll", 9],
        ["trip", 0],
      ],
      turnsOutOfRank: 0,
      chosen: "trip",
      outOfRank: false,
    },
    {
      name: "polls one and a half periods late before what is more aged",
      waiting: [
        ["poll", 3],
        ["backfill", 5],
        ["sale", 0],
      ],
      turnsOutOfRank: 6,
      chosen: "poll",
      outOfRank: true,
    },
    {
      name: "but no more than their half where the plan cannot be kept anyway",
      waiting: [
        ["poll", 9],
        ["sale", 0],
      ],
      turnsOutOfRank: 1,
      planFits: false,
      chosen: "sale",
      outOfRank: false,
    },
    {
      name: "but not eight times in a row",
      waiting: [
        ["poll", 3],
        ["sale", 0],
      ],
      turnsOutOfRank: 7,
      chosen: "sale",
      outOfRank: false,
    },
    {
      name: "an aged first lane in its rank",
      waiting: [
        ["sale", 9],
        ["poll", 2],
      ],
      turnsOutOfRank: 0,
      chosen: "sale",
      outOfRank: false,
    },
  ])("$name", ({ waiting, turnsOutOfRank, planFits = true, chosen, outOfRank }) => {
    const candidates = waiting.map(([lane, age]) => ({ lane, age }));
    expect(choose(candidates, turnsOutOfRank, planFits)).toMatchObject({
      candidate: { lane: chosen },
      outOfRank,
    });
  });

  it("is nobody when nobody waits", () => {
    expect(choose([], 0, true)).toBeUndefined();
  });

  it("takes the first lane in at least every eighth turn, every second while no poll presses, and a trip always", () => {
    const candidates = fc.uniqueArray(
      fc.record({ lane: fc.constantFrom(...LANES), age: fc.double({ min: 0, max: 20, noNaN: true }) }),
      { minLength: 1, selector: ({ lane }) => lane },
    );
    fc.assert(
      fc.property(fc.array(candidates, { minLength: 2 }), (turns) => {
        let turnsOutOfRank = 0;
        for (const waiting of turns) {
          const chosen = choose(waiting, turnsOutOfRank, true);
          const first = LANES.find((lane) => waiting.some((candidate) => candidate.lane === lane));
          const presses = waiting.some(({ lane, age }) => (lane === "poll" || lane === "watch") && age >= 3);
          const mostTurns = presses ? 7 : 1;
          if (turnsOutOfRank >= mostTurns || first === "trip") expect(chosen?.candidate.lane).toBe(first);
          turnsOutOfRank = chosen?.outOfRank ? turnsOutOfRank + 1 : 0;
          expect(turnsOutOfRank).toBeLessThanOrEqual(7);
        }
      }),
    );
  });
});
