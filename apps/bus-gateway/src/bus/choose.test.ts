import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LANES, type Lane } from "./bus.ts";
import { type Candidate, choose } from "./choose.ts";

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
      name: "of several the one whose last turn is longest ago, however aged",
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
  ])("$name", ({ waiting, turnsOutOfRank, planFits = true, chosen, outOfRank }) => {
    const lastTurnOf = (lane: Lane) => (lane === "scan" ? 1 : 2);
    const candidates = waiting.map(([lane, age]) => ({ lane, age }));
    expect(choose(candidates, { turnsOutOfRank, planFits, lastTurnOf })).toMatchObject({
      candidate: { lane: chosen },
      outOfRank,
    });
  });

  it("is nobody when nobody waits", () => {
    expect(choose([], { turnsOutOfRank: 0, planFits: true, lastTurnOf: () => 0 })).toBeUndefined();
  });

  const candidates = fc.uniqueArray(
    fc.record({ lane: fc.constantFrom(...LANES), age: fc.double({ min: 0, max: 20, noNaN: true }) }),
    { minLength: 1, selector: ({ lane }) => lane },
  );

  /** Turns of a bus on which the same heads wait for ever. */
  function turnsOf(waiting: Candidate[], count: number, planFits: boolean): Lane[] {
    const last = new Map<Lane, number>();
    const turns: Lane[] = [];
    let turnsOutOfRank = 0;
    while (turns.length < count) {
      const lastTurnOf = (lane: Lane) => last.get(lane) ?? -1;
      const chosen = choose(waiting, { turnsOutOfRank, planFits, lastTurnOf });
      if (!chosen) throw new Error("nobody goes although somebody waits");
      last.set(chosen.candidate.lane, turns.length);
      turns.push(chosen.candidate.lane);
      turnsOutOfRank = chosen.outOfRank ? turnsOutOfRank + 1 : 0;
    }
    return turns;
  }

  it("lets no aged lane wait for more than a bounded number of turns, however late the others are", () => {
    fc.assert(
      fc.property(candidates, fc.boolean(), (waiting, planFits) => {
        const turns = turnsOf(waiting, 200, planFits);
        const first = LANES.find((lane) => waiting.some((candidate) => candidate.lane === lane));
        if (first === "trip") {
          expect(new Set(turns)).toEqual(new Set(["trip"]));
          return;
        }
        const presses = waiting.some(
          ({ lane, age }) => (lane === "poll" || lane === "watch") && lane !== first && age >= 3,
        );
        // Eight lanes by turns, every second turn; every eighth where polls press.
        const bound = planFits && presses ? 8 * 8 : 2 * 8;
        for (const { lane, age } of waiting) {
          if (age < 1 && lane !== first) continue;
          // Of two lanes of pressing polls the later one goes until it presses no more.
          if (planFits && presses && (lane === "poll" || lane === "watch")) continue;
          for (let start = 0; start + bound <= turns.length; start++)
            expect(turns.slice(start, start + bound), lane).toContain(lane);
        }
      }),
    );
  });

  it("gives the first lane every second turn where nothing presses", () => {
    fc.assert(
      fc.property(candidates, (waiting) => {
        const first = LANES.find((lane) => waiting.some((candidate) => candidate.lane === lane));
        const turns = turnsOf(waiting, 20, false);
        expect(turns.filter((lane) => lane === first).length).toBeGreaterThanOrEqual(10);
      }),
    );
  });
});
