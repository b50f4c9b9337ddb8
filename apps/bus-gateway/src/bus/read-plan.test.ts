import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTransactionMs } from "../protocol/modbus/wire-time.ts";
import {
  longestJoinedMs,
  planReads,
  type ReadPlanSetting,
  type RegisterRange,
  splitAt,
} from "./read-plan.ts";

const setting = (baud: number, holes: ReadPlanSetting["holes"] = []): ReadPlanSetting => ({
  readMs: (registers) => readTransactionMs({ baud, parity: "even", stopBits: 1 }, registers, 20),
  holes,
  splits: [],
  longestJoinedMs: Number.POSITIVE_INFINITY,
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
      [0, 100],
      [100, 26],
    ]);
  });

  it("joins no more than may keep the wire at once, and leaves what is longer by itself as it is", () => {
    const tens: [number, number][] = [0, 10, 20, 30, 40, 50].map((address) => [address, 10]);
    const { readMs } = setting(9600);
    expect(blocks(tens, { ...setting(9600), longestJoinedMs: readMs(20) })).toEqual([
      [0, 20],
      [20, 20],
      [40, 20],
    ]);
    const within: [number, number][] = [
      [0, 60],
      [10, 10],
      [60, 10],
    ];
    expect(blocks(within, { ...setting(9600), longestJoinedMs: readMs(20) })).toEqual([
      [0, 60],
      [60, 10],
    ]);
  });

  it.for([
    { baud: 9600, turnaroundMs: 5, isWatching: true, ms: 140 },
    // A line on which one sample of 40 registers takes longer than that anyway: 93 characters, 40 ms, a silence.
    { baud: 2400, turnaroundMs: 40, isWatching: true, ms: 93 * (11 / 2.4) + 40 + 3.5 * (11 / 2.4) },
    { baud: 9600, turnaroundMs: 5, isWatching: false, ms: Number.POSITIVE_INFINITY },
  ])("lets a joined read take $ms ms at $baud baud, watching: $isWatching", (row) => {
    const line = { baud: row.baud, parity: "even", stopBits: 1 } as const;
    const readMs = (registers: number) => readTransactionMs(line, registers, row.turnaroundMs);
    expect(longestJoinedMs(readMs, row.isWatching)).toBeCloseTo(row.ms, 6);
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

  it("costs no more than any other way to part the ranges", () => {
    const range = fc.record({ address: fc.nat({ max: 150 }), count: fc.integer({ min: 1, max: 12 }) });
    const hole = fc.nat({ max: 150 }).map((from) => ({ from, to: from + 2 }));
    fc.assert(
      fc.property(
        fc.array(range, { minLength: 1, maxLength: 6 }),
        fc.array(hole, { maxLength: 2 }),
        fc.constantFrom(9600, 115_200),
        (ranges, holes, baud) => {
          const plan = setting(baud, holes);
          const costOf = (reads: RegisterRange[]) =>
            reads.reduce((sum, { count }) => sum + plan.readMs(count), 0);
          const sorted = [...ranges].sort((a, b) => a.address - b.address || a.count - b.count);
          expect(costOf(planReads(ranges, plan))).toBeLessThanOrEqual(
            Math.min(
              ...waysToPart(sorted)
                .filter(isAllowed(holes))
                .map((runs) => costOf(runs.map(union))),
            ) + 1e-9,
          );
        },
      ),
    );
  });
});

/** Every way to cut a sorted list into runs. */
function waysToPart(ranges: RegisterRange[]): RegisterRange[][][] {
  const [first, ...rest] = ranges;
  if (!first) return [];
  if (rest.length === 0) return [[[first]]];
  return waysToPart(rest).flatMap(([run = [], ...runs]) => [
    [[first, ...run], ...runs],
    [[first], run, ...runs],
  ]);
}

function union(run: RegisterRange[]): RegisterRange {
  const address = Math.min(...run.map((range) => range.address));
  const end = Math.max(...run.map((range) => range.address + range.count));
  return { address, count: end - address };
}

const isAllowed = (holes: ReadPlanSetting["holes"]) => (runs: RegisterRange[][]) =>
  runs.every((run) => {
    const { address, count } = union(run);
    const crosses = holes.some(({ from, to }) => from < address + count && to >= address);
    return run.length === 1 || (count <= 125 && !crosses);
  });

describe("where to part a refused read", () => {
  it.for<{ name: string; parts: [number, number][]; at: object | null }>([
    {
      name: "across the widest gap",
      parts: [
        [0, 4],
        [6, 4],
        [20, 4],
      ],
      at: { from: 9, to: 20 },
    },
    {
      name: "in the middle of neighbours",
      parts: [
        [0, 10],
        [10, 10],
        [20, 10],
        [30, 10],
      ],
      at: { from: 19, to: 20 },
    },
    {
      name: "nowhere, where one of them is the whole",
      parts: [
        [0, 30],
        [10, 10],
      ],
      at: null,
    },
    { name: "nowhere, where there is but one", parts: [[0, 30]], at: null },
    {
      name: "only as a whole, where all overlap",
      parts: [
        [0, 20],
        [10, 20],
      ],
      at: { from: 0, to: 29 },
    },
  ])("$name", ({ parts, at }) => {
    expect(splitAt(parts.map(([address, count]) => ({ address, count })))).toEqual(at);
  });

  it("always forbids what was refused", () => {
    const range = fc.record({ address: fc.nat({ max: 60 }), count: fc.integer({ min: 1, max: 12 }) });
    fc.assert(
      fc.property(fc.array(range, { minLength: 2, maxLength: 8 }), (ranges) => {
        const plan = { ...setting(115_200), readMs: () => 1 };
        const [all] = planReads(ranges, plan);
        const split = splitAt(all?.parts ?? []);
        if (split) expect(planReads(ranges, { ...plan, splits: [split] }).length).toBeGreaterThan(1);
      }),
    );
  });
});
