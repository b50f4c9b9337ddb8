import type { Calendar } from "../time/day-type.ts";
import { nextPeriodEdgeMs, periodEndMs } from "./day-periods.ts";
import { type Draft, instant, placeHold, releaseHold, ruleOrigin, standing } from "./draft.ts";
import type { ScheduleRule } from "./rule-config.ts";
import { mayOpenByRule } from "./trust.ts";

export interface ScheduleMoment {
  isOff: boolean;
  /** When the off period ends, across midnights; undefined when no end is in sight. */
  untilMs?: number;
}

/** A week of off periods that follow one another without a gap has no end worth naming: 8 a day, and two clock changes. */
const MOST_SPANS = 7 * 8 + 2;

/** What the schedule says at an instant, by the site's wall clock and calendar. */
export function scheduleMoment(
  rule: ScheduleRule,
  atMs: number,
  timeZone: string,
  calendar: Calendar,
): ScheduleMoment {
  const effectiveToMs =
    rule.effectiveTo === undefined ? Number.POSITIVE_INFINITY : Date.parse(rule.effectiveTo);
  if (rule.effectiveFrom !== undefined && atMs < Date.parse(rule.effectiveFrom)) return { isOff: false };
  let untilMs: number | undefined;
  let cursorMs = atMs;
  for (let span = 0; span < MOST_SPANS && cursorMs < effectiveToMs; span += 1) {
    const endMs = periodEndMs(rule.off, cursorMs, timeZone, calendar);
    if (endMs === undefined) return untilMs === undefined ? { isOff: false } : { isOff: true, untilMs };
    untilMs = endMs;
    cursorMs = endMs;
  }
  if (untilMs === undefined) return { isOff: false };
  return effectiveToMs <= cursorMs ? { isOff: true, untilMs: effectiveToMs } : { isOff: true };
}

/** When the schedule may say something else at the earliest. */
export function scheduleDueMs(rule: ScheduleRule, atMs: number, timeZone: string): number {
  const ends = [rule.effectiveFrom, rule.effectiveTo]
    .map((instantOfRule) => (instantOfRule === undefined ? Number.NaN : Date.parse(instantOfRule)))
    .filter((endMs) => endMs > atMs);
  return Math.min(nextPeriodEdgeMs(rule.off, atMs, timeZone), ...ends);
}

/** Time-period control. Without a calendar or a sure clock nobody knows what day it is: the last state holds (S4). */
export function stepSchedule(draft: Draft): void {
  const rule = draft.config.rules.schedule;
  if (rule === undefined) {
    releaseHold(draft, "schedule", "rule-removed");
    return;
  }
  const { calendar, timeZone } = draft.config;
  if (calendar === null) return;
  const moment = scheduleMoment(rule, draft.nowMs, timeZone, calendar);
  if (!moment.isOff) {
    releaseHold(draft, "schedule", "condition");
    return;
  }
  if (standing(draft, "schedule") === undefined && !mayOpenByRule(draft)) return;
  placeHold(draft, {
    kind: "schedule",
    reason: "off-period",
    params: { rule: rule.name },
    origin: ruleOrigin(rule.id, rule.name),
    since: instant(draft.nowMs),
    ...(moment.untilMs === undefined ? {} : { until: instant(moment.untilMs) }),
  });
}
