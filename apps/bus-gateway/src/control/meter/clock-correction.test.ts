import { type MeterClockPolicy, meterClockPolicySchema } from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ClockComparison, judgeClock } from "./clock-correction.ts";

const SECOND = 1000;
const HOUR = 3_600_000;
/** Seven minutes after a quarter. */
const NOW = Date.UTC(2026, 0, 2, 2, 7, 0);
const policy = meterClockPolicySchema.parse({});
const comparison: ClockComparison = { offsetMs: 0, nowMs: NOW, lastStepAtMs: null, hasRateEdge: () => false };

describe("a meter's clock", () => {
  it.each<{ why: string; seen: Partial<ClockComparison>; rule?: Partial<MeterClockPolicy>; verdict: object }>(
    [
      {
        why: "as close as it can be read",
        seen: { offsetMs: 2 * SECOND },
        verdict: { standing: "good", stepMs: 0 },
      },
      { why: "3 s fast", seen: { offsetMs: 3 * SECOND }, verdict: { standing: "good", stepMs: -3 * SECOND } },
      {
        why: "10 s slow",
        seen: { offsetMs: -10 * SECOND },
        verdict: { standing: "good", stepMs: 10 * SECOND },
      },
      {
        why: "11 s slow",
        seen: { offsetMs: -11 * SECOND },
        verdict: { standing: "off", stepMs: 11 * SECOND },
      },
      {
        why: "60 s fast: in small steps",
        seen: { offsetMs: 60 * SECOND },
        verdict: { standing: "off", stepMs: -30 * SECOND },
      },
      {
        why: "61 s fast: no drift",
        seen: { offsetMs: 61 * SECOND },
        verdict: { standing: "wrong", stepMs: 0, left: "no-drift" },
      },
      { why: "a day slow", seen: { offsetMs: -24 * HOUR }, verdict: { standing: "wrong", stepMs: 0 } },
      {
        why: "moved today already",
        seen: { offsetMs: 20 * SECOND, lastStepAtMs: NOW - 19 * HOUR },
        verdict: { stepMs: 0, left: "today-already" },
      },
      {
        why: "moved yesterday",
        seen: { offsetMs: 20 * SECOND, lastStepAtMs: NOW - 20 * HOUR },
        verdict: { stepMs: -20 * SECOND },
      },
      {
        why: "on a site that only compares",
        seen: { offsetMs: 20 * SECOND },
        rule: { isCorrected: false },
        verdict: { standing: "off", stepMs: 0, left: "only-compared" },
      },
      {
        why: "of a minute and a half before a quarter, fast by more than half",
        seen: { offsetMs: 31 * SECOND, nowMs: NOW + 8 * 60 * SECOND - 90 * SECOND },
        verdict: { stepMs: 0, left: "near-an-edge" },
      },
      {
        why: "the same, slow: neither side reaches the quarter",
        seen: { offsetMs: -29 * SECOND, nowMs: NOW + 8 * 60 * SECOND - 90 * SECOND },
        verdict: { stepMs: 29 * SECOND },
      },
      {
        why: "where a price changes off the quarters",
        seen: {
          offsetMs: 20 * SECOND,
          hasRateEdge: (from, to) => from < NOW + 70 * SECOND && NOW + 70 * SECOND < to,
        },
        verdict: { stepMs: 0, left: "near-an-edge" },
      },
    ],
  )("$why", ({ seen, rule, verdict }) => {
    expect(judgeClock({ ...comparison, ...seen }, { ...policy, ...rule })).toMatchObject(verdict);
  });

  it("never crosses an edge, moves by the step at most, and always towards the true time", () => {
    const edge = fc.integer({ min: NOW - 24 * HOUR, max: NOW + 24 * HOUR });
    fc.assert(
      fc.property(edge, edge, fc.integer({ min: -90_000, max: 90_000 }), (nowMs, edgeMs, offsetMs) => {
        const hasRateEdge = (fromMs: number, toMs: number) => fromMs < edgeMs && edgeMs <= toMs;
        const { stepMs } = judgeClock({ offsetMs, nowMs, lastStepAtMs: null, hasRateEdge }, policy);
        expect(Math.abs(stepMs)).toBeLessThanOrEqual(policy.stepS * SECOND);
        if (stepMs === 0) return;
        expect(Math.abs(offsetMs + stepMs)).toBeLessThan(Math.abs(offsetMs));
        const times = [nowMs, nowMs + offsetMs, nowMs + offsetMs + stepMs];
        expect(new Set(times.map((atMs) => Math.floor(atMs / (15 * 60 * SECOND)))).size).toBe(1);
        expect(new Set(times.map((atMs) => atMs >= edgeMs)).size).toBe(1);
      }),
      { numRuns: 500 },
    );
  });
});
