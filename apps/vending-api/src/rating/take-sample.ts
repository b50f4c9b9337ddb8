import type { Sample } from "@hallmeter/meter-model";
import { type Accrual, RATED_FIELDS, type RatedFields } from "./accrual.ts";
import { chargeUse } from "./charge-use.ts";
import { type HoldReason, holdBack } from "./held-use.ts";
import { addToHour, beginHour, hourDisagrees } from "./hour-window.ts";
import { judgeSample, type MeteringPoint, possibleUseWh } from "./judge-sample.ts";
import type { MeteringContext } from "./metering-context.ts";
import type { MeteringNotice } from "./next-step.ts";
import {
  type MeteredUse,
  marksOfUse,
  type ProfileMark,
  suspectMark,
  suspectMarksBetween,
} from "./profile-marks.ts";
import { isBlocked } from "./register-change.ts";
import { whUntil } from "./split-by-time.ts";
import { isConfirmed, noteSuspect, wasDoubted } from "./suspect.ts";
import { isStuck, usedWhileOpen, watchSample } from "./watch.ts";

export interface Taken {
  accrual: Accrual;
  marks: ProfileMark[];
  notices: MeteringNotice[];
  /** The accrual is full; the sample has to be taken again by the one that follows. */
  isFull: boolean;
}

/** What one sample does to the open accrual of its circuit: its use is charged, or held back, or the sample is not believed. */
export function takeSample(accrual: Accrual, sample: Sample, context: MeteringContext, nowMs: number): Taken {
  if (wasDoubted(accrual.suspect, Date.parse(sample.at))) return unchanged(accrual);
  const verdict = judgeSample(pointOf(accrual), sample, context, nowMs);
  if (verdict.kind === "old") return unchanged(accrual);
  if (verdict.kind === "suspect") return takeSuspect(accrual, sample, verdict, context, nowMs);

  const atMs = Date.parse(sample.at);
  const { use, isCut } = cutAtEnd(accrual, atMs, verdict.readingWh);
  const reason = whyHeld(accrual, sample, verdict.readingWh, context);
  const moved = reason ? holdBack(accrual, use, reason) : chargeUse(accrual, use, context);
  const notices: MeteringNotice[] = [];
  const isSettled = accrual.suspect !== null && !isBlocked(accrual);
  if (isSettled) notices.push({ kind: "settled", circuitId: context.circuitId, at: new Date(atMs) });
  const settled: Accrual = {
    ...moved,
    offsetWh: verdict.offsetWh,
    suspect: isSettled ? null : accrual.suspect,
  };
  const marks = marksOfUse(use, reason !== undefined);
  const hourly = compareHour(accrual, settled, { sample, use, context, isCut, isHeld: reason !== undefined });
  if (isCut)
    return {
      accrual: hourly.accrual,
      marks: [...marks, ...hourly.marks],
      notices: [...notices, ...heldNotices(accrual, hourly.accrual, context)],
      isFull: true,
    };
  const watched = watchSample(hourly.accrual.watch, sample, {
    readingWh: verdict.readingWh,
    lastAtMs: accrual.lastAt.getTime(),
  });
  if (isStuck(watched.watch)) marks.push(suspectMark(atMs));
  const after = { ...hourly.accrual, lastRelay: sample.relay, watch: watched.watch };
  for (const notice of watched.notices)
    notices.push({ kind: "watch", circuitId: context.circuitId, at: new Date(atMs), ...notice });
  return {
    accrual: after,
    marks: [...marks, ...hourly.marks],
    notices: [...notices, ...heldNotices(accrual, after, context)],
    isFull: false,
  };
}

function unchanged(accrual: Accrual): Taken {
  return { accrual, marks: [], notices: [], isFull: false };
}

function takeSuspect(
  accrual: Accrual,
  sample: Sample,
  verdict: { reason: NonNullable<Accrual["suspect"]>["reason"]; readingWh: number },
  context: MeteringContext,
  nowMs: number,
): Taken {
  const atMs = Date.parse(sample.at);
  const { reason, readingWh } = verdict;
  const suspect = noteSuspect(accrual.suspect, { atMs, readingWh, reason }, (durationMs) =>
    possibleUseWh(context, durationMs),
  );
  const noted: Accrual = { ...accrual, suspect };
  const goneOn = goOnFromSuspect(noted, accrual.suspect, context);
  if (goneOn) {
    const again = goneOn.isFull
      ? { ...unchanged(goneOn.accrual), isFull: true }
      : takeSample(goneOn.accrual, sample, context, nowMs);
    return {
      ...again,
      marks: [...goneOn.marks, ...again.marks],
      notices: [
        ...heldNotices(accrual, goneOn.accrual, context),
        { kind: "settled", circuitId: context.circuitId, at: new Date(atMs) },
        ...again.notices,
      ],
    };
  }
  const { circuitId } = context;
  return {
    // What the gateway marked changes nothing that has to be written.
    accrual: suspect === accrual.suspect ? accrual : noted,
    marks: [suspectMark(atMs)],
    notices: [{ kind: "suspect", circuitId, at: new Date(atMs), reason, readingWh, lastWh: accrual.lastWh }],
    isFull: false,
  };
}

/**
 * A register that has stayed where nobody believed it: metering goes on from there, and the way to it is held. One that began
 * anew may have counted from zero; what is more than possible since then only a person can explain.
 */
function goOnFromSuspect(
  accrual: Accrual,
  before: Accrual["suspect"],
  context: MeteringContext,
): Pick<Taken, "accrual" | "marks" | "isFull"> | undefined {
  const { suspect } = accrual;
  if (!isConfirmed(suspect)) return undefined;
  const fromMs = accrual.lastAt.getTime();
  const suspectMs = suspect.at.getTime();
  if (suspect.reason === "use-too-large") {
    const { use, isCut } = cutAtEnd(accrual, suspectMs, suspect.readingWh);
    const after = holdUse(accrual, use, "use-too-large", context);
    // Cut by the end of the day, the rest of the way belongs to the next accrual, which has to find it as it was: it takes the
    // same sample again.
    return {
      accrual: { ...after, suspect: isCut ? before : null },
      marks: marksOfUse(use, true),
      isFull: isCut,
    };
  }
  if (suspect.reason !== "register-smaller") return undefined;
  const registerWh = suspect.readingWh - accrual.offsetWh;
  if (registerWh > possibleUseWh(context, suspectMs - fromMs)) return undefined;
  const toMs = Math.min(suspectMs, accrual.endsAt.getTime());
  const use = { fromMs, toMs, wh: registerWh, fromReadingWh: accrual.lastWh };
  const after = {
    ...holdUse(accrual, use, "register-smaller", context),
    offsetWh: accrual.lastWh,
    suspect: null,
  };
  return { accrual: after, marks: marksOfUse(use, true), isFull: toMs < suspectMs };
}

/** Where nobody pays there is nothing to hold. */
function holdUse(accrual: Accrual, use: MeteredUse, reason: HoldReason, context: MeteringContext): Accrual {
  const moved = context.household ? holdBack(accrual, use, reason) : chargeUse(accrual, use, context);
  return { ...moved, watch: { ...moved.watch, hour: null } };
}

function cutAtEnd(accrual: Accrual, toMs: number, readingWh: number): { use: MeteredUse; isCut: boolean } {
  const endMs = accrual.endsAt.getTime();
  const whole = {
    fromMs: accrual.lastAt.getTime(),
    toMs,
    wh: readingWh - accrual.lastWh,
    fromReadingWh: accrual.lastWh,
  };
  const cutMs = Math.min(toMs, endMs);
  return { use: { ...whole, toMs: cutMs, wh: whUntil(whole, cutMs) }, isCut: toMs >= endMs };
}

function whyHeld(
  accrual: Accrual,
  sample: Sample,
  readingWh: number,
  context: MeteringContext,
): HoldReason | undefined {
  if (!context.household || readingWh === accrual.lastWh) return undefined;
  if (sample.flags.includes("clock-unsure")) return "clock-wrong";
  return usedWhileOpen(accrual.watch, sample, readingWh, context.registerStepWh)
    ? "use-while-open"
    : undefined;
}

interface Hourly {
  sample: Sample;
  use: MeteredUse;
  context: MeteringContext;
  isCut: boolean;
  isHeld: boolean;
}

/** An hour that disagrees with its power is taken back as a whole: none of it is charged. */
function compareHour(
  before: Accrual,
  accrual: Accrual,
  { sample, use, context, isCut, isHeld }: Hourly,
): { accrual: Accrual; marks: ProfileMark[] } {
  if (!context.household) return { accrual, marks: [] };
  const { watch } = accrual;
  const begun = watch.hour ?? beginHour(before.lastAt, before.lastWh, ratedOf(before));
  const powersW = { before: watch.lastPowerW, now: sample.activePowerW };
  const added = addToHour(begun, powersW, use.toMs - use.fromMs);
  const hour = isHeld ? { ...added, isBroken: true } : added;
  if (!isCut && use.toMs < hour.endsAt.getTime())
    return { accrual: { ...accrual, watch: { ...watch, hour } }, marks: [] };
  const to = { atMs: use.toMs, readingWh: accrual.lastWh };
  const next = beginHour(accrual.lastAt, accrual.lastWh, ratedOf(accrual));
  if (!hourDisagrees(hour, to, context.registerStepWh))
    return { accrual: { ...accrual, watch: { ...watch, hour: next } }, marks: [] };
  const fromMs = hour.fromAt.getTime();
  const whole = { fromMs, toMs: use.toMs, wh: accrual.lastWh - hour.fromWh, fromReadingWh: hour.fromWh };
  const held = holdBack({ ...accrual, ...hour.rated }, whole, "power-mismatch");
  return {
    accrual: { ...held, watch: { ...watch, hour: { ...next, rated: hour.rated } } },
    marks: suspectMarksBetween(fromMs, use.toMs),
  };
}

function ratedOf(accrual: Accrual): RatedFields {
  return Object.fromEntries(RATED_FIELDS.map((field) => [field, accrual[field]])) as unknown as RatedFields;
}

function pointOf(accrual: Accrual): MeteringPoint {
  return {
    atMs: accrual.lastAt.getTime(),
    readingWh: accrual.lastWh,
    offsetWh: accrual.offsetWh,
    suspectFromWh: accrual.suspect?.reason === "use-too-large" ? accrual.suspect.readingWh : null,
    blockedFromMs: isBlocked(accrual) ? accrual.suspect.at.getTime() : null,
  };
}

/** A stretch asks for a person once, when it begins. */
function heldNotices(before: Accrual, after: Accrual, { circuitId }: MeteringContext): MeteringNotice[] {
  return after.held.slice(before.held.length).map(({ reason, toAt, fromWh, toWh }) => ({
    kind: "held",
    circuitId,
    at: toAt,
    reason,
    wh: toWh - fromWh,
  }));
}
