import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitByTime } from "./split-by-time.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);

const useArbitrary = fc
  .record({
    fromMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    lengthMs: fc.integer({ min: 0, max: 40_000_000_000 }),
    wh: fc.integer({ min: 0, max: 5_000_000_000 }),
  })
  .map(({ fromMs, lengthMs, wh }) => ({ fromMs, toMs: fromMs + lengthMs, wh }));

describe("splitByTime", () => {
  it("loses and invents nothing, in parts that follow one another", () => {
    fc.assert(
      fc.property(useArbitrary, fc.array(fc.double({ min: -0.2, max: 1.2, noNaN: true })), (use, shares) => {
        const instants = shares.map((share) => Math.round(use.fromMs + share * (use.toMs - use.fromMs)));
        const parts = splitByTime(use, instants);
        expect(parts.reduce((sum, part) => sum + part.wh, 0)).toBe(use.wh);
        expect(parts[0]?.fromMs).toBe(use.fromMs);
        expect(parts.at(-1)?.toMs).toBe(use.toMs);
        for (const [index, part] of parts.entries()) {
          expect(part.wh).toBeGreaterThanOrEqual(0);
          if (index > 0) expect(part.fromMs).toBe(parts[index - 1]?.toMs);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("splits evenly over time", () => {
    expect(splitByTime({ fromMs: 0, toMs: 100, wh: 10 }, [25])).toEqual([
      { fromMs: 0, toMs: 25, wh: 2 },
      { fromMs: 25, toMs: 100, wh: 8 },
    ]);
  });
});
