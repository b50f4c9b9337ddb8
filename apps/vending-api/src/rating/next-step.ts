import { blockPeriodOf, localDay, localDayBounds, type Sample } from "@hallmeter/meter-model";
import { type Accrual, accrualId, chargedWh, closeAccrual, type RecentDay } from "./accrual.ts";
import type { HoldReason } from "./held-use.ts";
import { judgeSample, type MeteringPoint, type SuspectReason } from "./judge-sample.ts";
import type { MeteringContext } from "./metering-context.ts";
import { firstMarks, type ProfileMark, suspectMark } from "./profile-marks.ts";
import { takeSample } from "./take-sample.ts";
import { nextVersionMs, termsOf, versionAt } from "./tariff-versions.ts";
import { beginWatch, type Watch, type WatchNotice, watchAfter } from "./watch.ts";

/** Something a person should look at, or the end of it. */
export type MeteringNotice =
  | { kind: "suspect"; circuitId: string; at: Date; reason: SuspectReason; readingWh: number; lastWh: number }
  | { kind: "settled"; circuitId: string; at: Date }
  | { kind: "held"; circuitId: string; at: Date; reason: HoldReason; wh: number }
  | ({ kind: "watch"; circuitId: string; at: Date } & WatchNotice);

interface StepResult {
  /** Samples that still wait. */
  rest: readonly Sample[];
  marks: ProfileMark[];
  notices: MeteringNotice[];
}

/** The next thing to write for one circuit. Each is one operation on one document, valid only while `before` stands as read. */
export type Step =
  | ({ kind: "insert"; after: Accrual } & StepResult)
  | ({ kind: "change"; before: Accrual; after: Accrual } & StepResult)
  | ({ kind: "post"; before: Accrual } & StepResult)
  | ({ kind: "drop" } & StepResult);

export interface Situation {
  /** The newest accrual of the circuit, or null before its first sample. */
  head: Accrual | null;
  /** Oldest first. */
  pending: readonly Sample[];
  context: MeteringContext;
  nowMs: number;
  /** Days that ended before this are closed even without a sample of the day after. */
  closeBeforeMs?: number;
}

/** Days of use that "days left" is reckoned from; range 1–31. A week has one of each weekday. */
const RECENT_DAYS = 7;

/**
 * One step towards having charged every pending sample; undefined when nothing is left to do. A crash between two steps loses
 * nothing: the same question asked again of what is stored continues there.
 */
export function nextStep(situation: Situation): Step | undefined {
  const { head, pending, closeBeforeMs = Number.NEGATIVE_INFINITY } = situation;
  const idle: StepResult = { rest: pending, marks: [], notices: [] };
  if (head === null) return pending.length > 0 ? firstStep(situation) : undefined;
  if (head.state === "closed") return { kind: "post", before: head, ...idle };
  const waits = pending.some((sample) => Date.parse(sample.at) > head.lastAt.getTime());
  if (head.state === "posted") {
    if (waits) return { kind: "insert", after: follow(head, situation.context), ...idle };
    return pending.length > 0 ? { kind: "drop", ...idle, rest: [] } : undefined;
  }
  const overdue = pending.length === 0 && head.endsAt.getTime() <= closeBeforeMs;
  if ((waits && !isOnTerms(head, situation.context)) || overdue)
    return { kind: "change", before: head, after: closeAccrual(head), ...idle };
  return pending.length > 0 ? chargePending(head, situation) : undefined;
}

function firstStep({ pending, context, nowMs }: Situation): Step {
  const notices: MeteringNotice[] = [];
  const marks: ProfileMark[] = [];
  for (const [index, sample] of pending.entries()) {
    const atMs = Date.parse(sample.at);
    // Nothing to compare with yet: only what the sample says of itself can speak against it.
    const nowhere: MeteringPoint = {
      atMs: atMs - 1,
      readingWh: sample.energyWh,
      offsetWh: 0,
      suspectFromWh: null,
      blockedFromMs: null,
    };
    const verdict = judgeSample(nowhere, sample, context, nowMs);
    if (verdict.kind === "suspect") {
      marks.push(suspectMark(atMs));
      notices.push(
        suspectNotice(context.circuitId, sample, verdict.reason, sample.energyWh, sample.energyWh),
      );
      continue;
    }
    const after = openAccrual(context, {
      at: new Date(atMs),
      readingWh: sample.energyWh,
      offsetWh: 0,
      relay: sample.relay,
      watch: beginWatch(new Date(atMs), sample.energyWh, sample),
    });
    marks.push(...firstMarks(atMs, sample.energyWh));
    return { kind: "insert", after, rest: pending.slice(index + 1), marks, notices };
  }
  return { kind: "drop", rest: [], marks, notices };
}

/** Charges samples up to the end of the accrual's day, and closes it when one lies beyond. */
function chargePending(before: Accrual, situation: Situation): Step {
  const { pending, context, nowMs } = situation;
  const marks: ProfileMark[] = [];
  const notices: MeteringNotice[] = [];
  let accrual = endingWithVersion(before, context);
  for (const [index, sample] of pending.entries()) {
    const taken = takeSample(accrual, sample, context, nowMs);
    marks.push(...taken.marks);
    notices.push(...taken.notices);
    accrual = taken.accrual;
    // The part of this sample's use beyond the end belongs to the next accrual, so the sample waits for it.
    if (taken.isFull)
      return {
        kind: "change",
        before,
        after: closeAccrual(accrual),
        rest: pending.slice(index),
        marks,
        notices,
      };
  }
  if (accrual === before) return { kind: "drop", rest: [], marks, notices };
  return { kind: "change", before, after: accrual, rest: [], marks, notices };
}

function suspectNotice(
  circuitId: string,
  sample: Sample,
  reason: SuspectReason,
  readingWh: number,
  lastWh: number,
): MeteringNotice {
  return { kind: "suspect", circuitId, at: new Date(sample.at), reason, readingWh, lastWh };
}

interface Opening {
  at: Date;
  readingWh: number;
  offsetWh: number;
  relay: Sample["relay"];
  watch: Watch;
}

function openAccrual(context: MeteringContext, opening: Opening, previous?: Accrual): Accrual {
  const { household } = context;
  const day = localDay(opening.at.getTime(), context.timeZone);
  const part = previous?.day === day ? previous.part + 1 : 0;
  const sameHousehold = previous !== undefined && previous.householdId === (household?.id ?? null);
  const version = household && versionAt(household.tariffVersions, opening.at.getTime());
  const opened: Accrual = {
    _id: accrualId(context.circuitId, day, part),
    siteId: context.siteId,
    circuitId: context.circuitId,
    householdId: household?.id ?? null,
    tariffId: household?.tariffId ?? null,
    versionNumber: version?.number ?? null,
    terms: version && termsOf(version.tariff),
    blockPeriod: version && blockPeriodOf(version.tariff, day),
    day,
    part,
    endsAt: new Date(localDayBounds(day, context.timeZone).endMs),
    state: "open",
    revision: 0,
    fromAt: opening.at,
    fromWh: opening.readingWh,
    lastAt: opening.at,
    lastWh: opening.readingWh,
    offsetWh: opening.offsetWh,
    lastRelay: opening.relay,
    whByRate: {},
    costNano: 0,
    demand: sameHousehold ? previous.demand : null,
    demandNano: 0,
    nanoPerMinor: context.nanoPerMinor,
    currency: context.currency,
    suspect: previous?.suspect ?? null,
    held: [],
    watch: opening.watch,
    registerChangeId: previous?.registerChangeId ?? null,
    recentDays: sameHousehold ? recentDaysAfter(previous) : [],
  };
  return endingWithVersion(opened, context);
}

/** True while the accrual's household and prices are still those of now. */
function isOnTerms(
  { householdId, tariffId, versionNumber, lastAt }: Accrual,
  { household }: MeteringContext,
): boolean {
  if (household === null) return householdId === null;
  const version = versionAt(household.tariffVersions, lastAt.getTime());
  return householdId === household.id && tariffId === household.tariffId && versionNumber === version.number;
}

/** A version that was planned after the accrual was opened ends it too: what was used before is not rated anew. */
function endingWithVersion(accrual: Accrual, { household }: MeteringContext): Accrual {
  const nextMs = household && nextVersionMs(household.tariffVersions, accrual.lastAt.getTime());
  return nextMs !== null && nextMs < accrual.endsAt.getTime()
    ? { ...accrual, endsAt: new Date(nextMs) }
    : accrual;
}

/** The accrual that goes on where `previous` ended: same register, same instant, same maxima. */
function follow(previous: Accrual, context: MeteringContext): Accrual {
  const { lastAt, lastWh, offsetWh, lastRelay } = previous;
  return openAccrual(
    context,
    { at: lastAt, readingWh: lastWh, offsetWh, relay: lastRelay, watch: watchAfter(previous) },
    previous,
  );
}

function recentDaysAfter(previous: Accrual): RecentDay[] {
  const { day, costNano, fromAt, lastAt } = previous;
  const coveredMs = lastAt.getTime() - fromAt.getTime();
  const last: RecentDay = { day, wh: chargedWh(previous), costNano, coveredMs };
  const [newest, ...older] = previous.recentDays;
  if (newest?.day !== day) return [last, ...previous.recentDays].slice(0, RECENT_DAYS);
  const both: RecentDay = {
    day,
    wh: newest.wh + last.wh,
    costNano: newest.costNano + costNano,
    coveredMs: newest.coveredMs + coveredMs,
  };
  return [both, ...older];
}
