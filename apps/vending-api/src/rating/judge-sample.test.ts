import type { Sample } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { judgeSample, type MeteringPoint, possibleUseWh } from "./judge-sample.ts";

const START = Date.parse("2025-03-01T00:00:00Z");
const MINUTE = 60_000;
/** A 60 A circuit at 230 V on a meter that counts in steps of 10 Wh and wraps at 42,949,672.96 kWh. */
const context = { ratingW: 13_800, registerStepWh: 10, energyModulusWh: 42_949_672_960 };

const sampleOf = (energyWh: number, afterMs: number, flags: Sample["flags"] = []): Sample => ({
  circuitId: "c1",
  at: new Date(START + afterMs).toISOString(),
  energyWh,
  activePowerW: 0,
  reactivePowerVar: 0,
  voltageDv: 2300,
  currentCa: 0,
  powerFactorMilli: 1000,
  frequencyCHz: 5000,
  relay: "closed",
  flags,
});
const point = (change: Partial<MeteringPoint> = {}): MeteringPoint => ({
  atMs: START,
  readingWh: 1000,
  offsetWh: 0,
  suspectFromWh: null,
  blockedFromMs: null,
  ...change,
});

describe("judgeSample", () => {
  it.each([
    { why: "the same instant again", sample: sampleOf(1010, 0), verdict: { kind: "old" } },
    { why: "an earlier instant", sample: sampleOf(1010, -1), verdict: { kind: "old" } },
    {
      why: "nothing used",
      sample: sampleOf(1000, 5000),
      verdict: { kind: "good", readingWh: 1000, offsetWh: 0 },
    },
    {
      why: "some use",
      sample: sampleOf(1010, 5000),
      verdict: { kind: "good", readingWh: 1010, offsetWh: 0 },
    },
    {
      why: "marked by the gateway",
      sample: sampleOf(1010, 5000, ["suspect"]),
      verdict: { kind: "suspect", reason: "flagged", readingWh: 1010 },
    },
    {
      why: "a register that went back",
      sample: sampleOf(990, MINUTE),
      verdict: { kind: "suspect", reason: "register-smaller", readingWh: 990 },
    },
    {
      why: "more than 1.1 × rating × time and two steps",
      // 13.8 kW × 1.1 for a minute is 253 Wh.
      sample: sampleOf(1000 + 253 + 20 + 3, MINUTE),
      verdict: { kind: "suspect", reason: "use-too-large", readingWh: 1276 },
    },
    {
      why: "exactly what is possible",
      sample: sampleOf(1000 + 253 + 20 + 2, MINUTE),
      verdict: { kind: "good", readingWh: 1275, offsetWh: 0 },
    },
    {
      why: "a plausible register of another meter",
      from: point({ blockedFromMs: START + 1000 }),
      sample: sampleOf(1010, 5000),
      verdict: { kind: "suspect", reason: "meter-changed", readingWh: 1010 },
    },
    {
      why: "a late sample of the meter that was there before",
      from: point({ blockedFromMs: START + 5001 }),
      sample: sampleOf(1010, 5000),
      verdict: { kind: "good", readingWh: 1010, offsetWh: 0 },
    },
    {
      why: "a clock that runs ahead",
      sample: sampleOf(1010, 20 * MINUTE),
      verdict: { kind: "suspect", reason: "ahead-of-time", readingWh: 1010 },
    },
  ])("$why", ({ from, sample, verdict }) => {
    expect(judgeSample(from ?? point(), sample, context, START + 10 * MINUTE)).toEqual(verdict);
  });

  const nearEnd = context.energyModulusWh - 50;
  it.each([
    {
      why: "a wrap from the last tenth goes on",
      from: point({ readingWh: nearEnd }),
      sample: sampleOf(30, MINUTE),
      verdict: { kind: "good", readingWh: nearEnd + 80, offsetWh: context.energyModulusWh },
    },
    {
      why: "a wrap that is physically impossible is a reset",
      from: point({ readingWh: nearEnd }),
      sample: sampleOf(5000, MINUTE),
      verdict: { kind: "suspect", reason: "register-smaller", readingWh: 5000 },
    },
    {
      why: "a wrap from below the last tenth is a reset",
      from: point({ readingWh: Math.floor(context.energyModulusWh * 0.89) }),
      sample: sampleOf(30, MINUTE),
      verdict: { kind: "suspect", reason: "register-smaller", readingWh: 30 },
    },
    {
      why: "after a wrap the register goes on from there",
      from: point({ readingWh: context.energyModulusWh + 30, offsetWh: context.energyModulusWh }),
      sample: sampleOf(40, MINUTE),
      verdict: { kind: "good", readingWh: context.energyModulusWh + 40, offsetWh: context.energyModulusWh },
    },
    {
      why: "a jump stays suspect when time has made it possible",
      from: point({ suspectFromWh: 9000 }),
      sample: sampleOf(9010, 600 * MINUTE),
      verdict: { kind: "suspect", reason: "use-too-large", readingWh: 9010 },
    },
    {
      why: "a register back below the jump is good again",
      from: point({ suspectFromWh: 9000 }),
      sample: sampleOf(1040, 600 * MINUTE),
      verdict: { kind: "good", readingWh: 1040, offsetWh: 0 },
    },
  ])("$why", ({ from, sample, verdict }) => {
    expect(judgeSample(from, sample, context, START + 1000 * MINUTE)).toEqual(verdict);
  });
});

describe("possibleUseWh", () => {
  it("stays exact for a year without contact", () => {
    // 13.8 kW × 1.1 × 8760 h = 132,976,800 Wh.
    expect(possibleUseWh(context, 365 * 86_400_000)).toBe(132_976_800 + 22);
  });
});
