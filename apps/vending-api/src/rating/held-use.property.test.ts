import type { Sample } from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accrualFault, chargedWh } from "./accrual.ts";
import { heldWh } from "./held-use.ts";
import { CHECK_START_MS, checkedContext, checkedSample } from "./testing/checked-circuit.ts";
import { inMemoryMetering } from "./testing/in-memory-metering.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);

const stepArbitrary = fc.record({
  afterMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1000, max: 55_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 60_000, max: 40 * 60_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 3_600_000, max: 30 * 3_600_000 }) },
  ),
  wh: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 30 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1000, max: 60_000 }) },
  ),
  powerW: fc.integer({ min: 0, max: 2300 }),
  relay: fc.constantFrom<Sample["relay"]>("closed", "closed", "open"),
  isUnsure: fc.integer({ min: 0, max: 9 }).map((value) => value === 0),
  /** One sample that shows nonsense, gone with the next. */
  glitchWh: fc.option(fc.integer({ min: 0, max: 900_000 }), { nil: null, freq: 12 }),
});
const scenarioArbitrary = fc.record({
  steps: fc.array(stepArbitrary, { minLength: 1, maxLength: 60 }),
  batches: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
  again: fc.boolean(),
  crashAfter: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
});

function samplesOf(
  steps: readonly (typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never)[],
): Sample[] {
  let afterMs = 0;
  let register = 500_000;
  const samples = [checkedSample(0, register)];
  for (const { wh, powerW, relay, isUnsure, glitchWh, ...step } of steps) {
    afterMs += step.afterMs;
    register += wh;
    samples.push(
      checkedSample(afterMs, glitchWh ?? register, {
        activePowerW: powerW,
        relay,
        flags: isUnsure ? ["clock-unsure"] : [],
      }),
    );
  }
  return samples;
}

const nowMs = CHECK_START_MS + 10_000 * 3_600_000;

describe("whatever the checks make of it", () => {
  it("charged and held together are what the register moved, and each sample counts once in any delivery", () => {
    fc.assert(
      fc.property(scenarioArbitrary, ({ steps, batches, again, crashAfter }) => {
        const samples = samplesOf(steps);
        const whole = inMemoryMetering();
        whole.deliver(samples, checkedContext, nowMs);
        const parts = inMemoryMetering();
        let from = 0;
        for (let turn = 0; from < samples.length; turn += 1) {
          const size = batches[turn % batches.length] ?? 1;
          const batch = samples.slice(from, from + size).reverse();
          from += size;
          parts.deliver(batch, checkedContext, nowMs, { mostSteps: crashAfter });
          parts.deliver(batch, checkedContext, nowMs);
          if (again) parts.deliver(samples.slice(0, from), checkedContext, nowMs);
        }

        const accruals = [...whole.accruals.values()];
        for (const [index, accrual] of accruals.entries()) {
          expect(accrualFault(accrual)).toBeNull();
          const before = accruals[index - 1];
          if (before) expect(accrual.fromWh).toBe(before.lastWh);
        }
        const sum = (of: (accrual: (typeof accruals)[number]) => number) =>
          accruals.reduce((total, accrual) => total + of(accrual), 0);
        const movedWh = (accruals.at(-1)?.lastWh ?? 0) - (accruals[0]?.fromWh ?? 0);
        expect(sum(chargedWh) + sum(heldWh)).toBe(movedWh);

        const shown = ({ accruals: rows }: typeof whole) =>
          [...rows.values()].map(({ revision: _, ...accrual }) => accrual);
        expect(shown(parts)).toEqual(shown(whole));
        expect([...parts.marks].sort()).toEqual([...whole.marks].sort());
      }),
      { numRuns: RUNS },
    );
  });
});
