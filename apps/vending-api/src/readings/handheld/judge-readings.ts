import type { Accrual } from "../../rating/accrual.ts";
import { judgeSample, type MeteringPoint, SUSPECT_REASONS } from "../../rating/judge-sample.ts";
import type { MeteringContext } from "../../rating/metering-context.ts";
import { registerSample } from "../register-sample.ts";

export const LINE_OUTCOMES = ["ready", "duplicate", "conflict", "unknown-meter", "bad", "applied"] as const;
export type LineOutcome = (typeof LINE_OUTCOMES)[number];

/** A reading that has found its circuit. */
export interface MatchedReading {
  line: number;
  at: Date;
  /** After ratios. */
  registerWh: number;
}

export interface JudgedLine {
  line: number;
  outcome: LineOutcome;
  message: string;
  /** Since the last reading that was charged; null where it is not ready. */
  usedWh: number | null;
}

/** What is known of a circuit at an instant that is charged already: the readings around it. */
export type KnownAround = (at: Date) => { lowWh: number; highWh: number } | null;

/**
 * What readings of one circuit would do, in order of their times. Those that the meter's own readings cover agree with them or
 * contradict; what comes later is judged like any sample.
 */
export function judgeReadings(
  readings: readonly MatchedReading[],
  head: Accrual | null,
  knownAround: KnownAround,
  context: MeteringContext,
  now: Date,
): JudgedLine[] {
  let point: MeteringPoint | null = head && {
    atMs: head.lastAt.getTime(),
    readingWh: head.lastWh,
    offsetWh: head.offsetWh,
    suspectFromWh: null,
    blockedFromMs: head.suspect?.reason === "meter-changed" ? head.suspect.at.getTime() : null,
  };
  const chargedUntilMs = point?.atMs ?? Number.NEGATIVE_INFINITY;
  let last: MatchedReading | undefined;
  return [...readings]
    .sort((a, b) => a.at.getTime() - b.at.getTime() || a.line - b.line)
    .map((reading): JudgedLine => {
      const { line, at, registerWh } = reading;
      const told = (outcome: LineOutcome, message: string, usedWh: number | null = null) => ({
        line,
        outcome,
        message,
        usedWh,
      });
      const before = last;
      last = reading;
      if (before?.at.getTime() === at.getTime())
        return before.registerWh === registerWh
          ? told("duplicate", `Stands in line ${before.line} already`)
          : told("conflict", `Line ${before.line} shows another register at the same time`);
      if (head && at.getTime() <= chargedUntilMs) {
        const known = knownAround(at);
        const readingWh = registerWh + head.offsetWh;
        if (!known)
          return told("conflict", "The circuit is charged past this time, and nothing was read then");
        if (readingWh >= known.lowWh && readingWh <= known.highWh)
          return told("duplicate", "Agrees with what the meter was read");
        const span = `${known.lowWh - head.offsetWh} to ${known.highWh - head.offsetWh} Wh`;
        return told("conflict", `The meter was read with ${span} then`);
      }
      if (!point) {
        point = { ...reading, atMs: at.getTime(), readingWh: registerWh, offsetWh: 0, ...NOTHING_DOUBTED };
        return told("ready", "The first reading of this circuit", 0);
      }
      const sample = registerSample(context.circuitId, at, registerWh, "unknown");
      const verdict = judgeSample(point, sample, context, now.getTime());
      if (verdict.kind !== "good")
        return told(
          "conflict",
          verdict.kind === "old" ? "Is older than another" : SUSPECT_REASONS[verdict.reason],
        );
      const usedWh = verdict.readingWh - point.readingWh;
      point = { ...point, atMs: at.getTime(), readingWh: verdict.readingWh, offsetWh: verdict.offsetWh };
      return told("ready", "", usedWh);
    });
}

const NOTHING_DOUBTED = { suspectFromWh: null, blockedFromMs: null } as const;
