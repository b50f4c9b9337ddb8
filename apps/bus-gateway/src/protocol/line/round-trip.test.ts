import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  afterAnswer,
  afterSilence,
  allowanceMs,
  likelyAllowanceMs,
  probeAllowanceMs,
  UNKNOWN_ROUND_TRIP,
} from "./round-trip.ts";

const learned = (...turnaroundsMs: number[]) => turnaroundsMs.reduce(afterAnswer, UNKNOWN_ROUND_TRIP);

describe("adaptive time-out", () => {
  it.for([
    {
      name: "a unit never heard, as long as its profile says",
      known: UNKNOWN_ROUND_TRIP,
      longest: 400,
      ms: 400,
    },
    { name: "a slow profile, at most 1 s", known: UNKNOWN_ROUND_TRIP, longest: 5000, ms: 1000 },
    { name: "first answer: value + 4 × half of it", known: learned(40), longest: 500, ms: 120 },
    { name: "a steady unit, never below 50 ms", known: learned(...Array(50).fill(5)), longest: 500, ms: 50 },
    { name: "each silence doubles it", known: afterSilence(learned(40)), longest: 500, ms: 240 },
    {
      name: "up to the profile's longest latency",
      known: afterSilence(afterSilence(afterSilence(learned(40)))),
      longest: 500,
      ms: 500,
    },
  ])("$name", ({ known, longest, ms }) => {
    expect(allowanceMs(known, longest)).toBeCloseTo(ms, 6);
  });

  it("follows RFC 6298's gains", () => {
    // 100, then 180: 100 + 80/8 and 50 + (80 − 50)/4.
    expect(learned(100, 180)).toMatchObject({ smoothedMs: 110, deviationMs: 57.5 });
  });

  it("stays between 50 ms and 1 s, and an answer takes doublings back", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: 0, max: 5000, noNaN: true }), fc.constant("silence" as const))),
        fc.integer({ min: 50, max: 5000 }),
        (history, longest) => {
          const known = history.reduce(
            (trip, step) => (step === "silence" ? afterSilence(trip) : afterAnswer(trip, step)),
            UNKNOWN_ROUND_TRIP,
          );
          expect(allowanceMs(known, longest)).toBeGreaterThanOrEqual(50);
          expect(allowanceMs(known, longest)).toBeLessThanOrEqual(Math.min(1000, longest));
          expect(afterAnswer(known, 10).unanswered).toBe(0);
        },
      ),
    );
  });
});

describe("a unit that has never answered", () => {
  it.for([
    { name: "among strangers, what most meters need", slowestKnownMs: null, longest: 1000, ms: 200 },
    { name: "among its like, twice what they are given", slowestKnownMs: 120, longest: 1000, ms: 240 },
    { name: "among quick ones, 100 ms all the same", slowestKnownMs: 50, longest: 1000, ms: 100 },
    { name: "at most its longest latency", slowestKnownMs: 300, longest: 400, ms: 400 },
  ])("is mostly given, $name", ({ slowestKnownMs, longest, ms }) => {
    expect(likelyAllowanceMs(slowestKnownMs, longest)).toBe(ms);
  });

  it("is given its longest latency with every 32nd probe, and when it is asked for in earnest", () => {
    const given = Array.from({ length: 65 }, (_, failed) =>
      probeAllowanceMs(UNKNOWN_ROUND_TRIP, 1000, failed, () => 100),
    );
    expect(given.flatMap((ms, failed) => (ms === 1000 ? [failed] : []))).toEqual([0, 32, 64]);
  });
});
