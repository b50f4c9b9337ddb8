import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planReads, type ReadPlanSetting } from "./read-plan.ts";

const setting = (baud: number, holes: ReadPlanSetting["holes"] = []): ReadPlanSetting => ({
  line: { baud, parity: "even", stopBits: 1 },
  turnaroundMs: 20,
  function: 3,
  holes,
});
const blocks = (ranges: [number, number][], plan: ReadPlanSetting) =>
  planReads(
    ranges.map(([address, count]) => ({ address, count })),
    plan,
  ).map(({ address, count }) => [address, count]);

describe("read plan", () => {
  // A second read costs 13 characters, 20 ms and a silence; a register of the gap costs two characters: the break-even is
  // 16.98, 25.70 and 120.4 registers.
  it.for([
    { baud: 9600, gap: 16 },
    { baud: 19_200, gap: 25 },
    { baud: 115_200, gap: 120 },
  ])("at $baud baud reads across $gap registers and not across one more", ({ baud, gap }) => {
    expect(
      blocks(
        [
          [0, 1],
          [gap + 1, 1],
        ],
        setting(baud),
      ),
    ).toHaveLength(1);
    expect(
      blocks(
        [
          [0, 1],
          [gap + 2, 1],
        ],
        setting(baud),
      ),
    ).toHaveLength(2);
  });

  it("never reads more than 125 registers at once", () => {
    expect(
      blocks(
        [
          [0, 100],
          [100, 25],
          [125, 1],
        ],
        setting(9600),
      ),
    ).toEqual([
      [0, 125],
      [125, 1],
    ]);
  });

  it("never reads across a hole", () => {
    expect(
      blocks(
        [
          [0, 2],
          [4, 2],
        ],
        setting(9600, [{ from: 3, to: 3 }]),
      ),
    ).toEqual([
      [0, 2],
      [4, 2],
    ]);
    expect(
      blocks(
        [
          [0, 2],
          [4, 2],
        ],
        setting(9600, [{ from: 6, to: 9 }]),
      ),
    ).toEqual([[0, 6]]);
  });

  it("covers every range by exactly one block, whatever the order", () => {
    const range = fc.record({ address: fc.nat({ max: 2000 }), count: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(range, { minLength: 1 }), (ranges) => {
        const plan = planReads(ranges, setting(9600));
        for (const { address, count } of ranges) {
          const holders = plan.filter(
            (block) => block.address <= address && address + count <= block.address + block.count,
          );
          expect(holders).toHaveLength(1);
        }
        for (const block of plan) expect(block.count).toBeLessThanOrEqual(125);
        expect(planReads([...ranges].reverse(), setting(9600))).toEqual(plan);
      }),
    );
  });
});
