import type { HoldParams } from "../holds/hold.ts";
import { microPerMinor } from "../tariff/rate-use.ts";
import {
  clearAlarm,
  type Draft,
  instant,
  isOver,
  placeHold,
  raiseAlarm,
  releaseHold,
  ruleOrigin,
  standing,
} from "./draft.ts";
import { mayOpenByRule } from "./trust.ts";

/** Whole minor units, rounded down: a debt is never shown smaller than it is. */
function minorOf(draft: Draft, micro: number): number {
  return Math.floor(micro / microPerMinor(draft.config.currencyDigits));
}

function moneyParams(draft: Draft): HoldParams {
  return { currency: draft.config.currency, currencyDigits: draft.config.currencyDigits };
}

/** Opens at or below the cut value, closes above the release value; between the two nothing changes. */
export function stepCredit(draft: Draft): void {
  const { credit } = draft.state;
  if (credit === null) return;
  if (standing(draft, "credit") !== undefined) {
    if (credit.balanceMicro > Math.max(credit.cutMicro, credit.releaseMicro))
      releaseHold(draft, "credit", "condition");
    return;
  }
  if (credit.balanceMicro > credit.cutMicro || draft.config.creditCutsPaused || !mayOpenByRule(draft)) return;
  placeHold(draft, {
    kind: "credit",
    reason: "balance-used-up",
    params: {
      ...moneyParams(draft),
      balanceMinor: minorOf(draft, credit.balanceMicro),
      cutMinor: minorOf(draft, credit.cutMicro),
      releaseMinor: minorOf(draft, Math.max(credit.cutMicro, credit.releaseMicro)),
    },
    origin: ruleOrigin("credit", "Credit"),
    since: instant(draft.nowMs),
  });
}

function setSpent(draft: Draft, isSpent: boolean): void {
  draft.state = { ...draft.state, reminder: { isSpent } };
}

/** Level 1 warns. Level 2 warns again, or opens once: for a while, or until the resident has acknowledged. */
export function stepReminder(draft: Draft): void {
  const rule = draft.config.rules.reminder;
  const { credit } = draft.state;
  if (rule === undefined) {
    releaseHold(draft, "reminder", "rule-removed");
    clearAlarm(draft, "low-balance");
    return;
  }
  const hold = standing(draft, "reminder");
  if (hold !== undefined && isOver(hold, draft.nowMs)) releaseHold(draft, "reminder", "condition");
  if (credit === null) return;

  const microPer = microPerMinor(draft.config.currencyDigits);
  const balanceMinor = minorOf(draft, credit.balanceMicro);
  const isAtLevel2 = credit.balanceMicro <= rule.level2Minor * microPer;
  if (credit.balanceMicro > Math.max(rule.level1Minor, rule.level2Minor) * microPer)
    clearAlarm(draft, "low-balance");
  else
    raiseAlarm(draft, "low-balance", {
      ...moneyParams(draft),
      balanceMinor,
      level: isAtLevel2 ? 2 : 1,
      levelMinor: isAtLevel2 ? rule.level2Minor : rule.level1Minor,
    });
  if (!isAtLevel2) {
    releaseHold(draft, "reminder", "condition");
    setSpent(draft, false);
    return;
  }
  // At the cut value the credit hold says more than a reminder could.
  const isCut = credit.balanceMicro <= credit.cutMicro;
  if (rule.mode === "warn" || draft.state.reminder.isSpent || isCut || !mayOpenByRule(draft)) return;
  setSpent(draft, true);
  placeHold(draft, {
    kind: "reminder",
    reason: "balance-low",
    params: { ...moneyParams(draft), balanceMinor, levelMinor: rule.level2Minor, mode: rule.mode },
    origin: ruleOrigin("reminder", "Low balance reminder"),
    since: instant(draft.nowMs),
    ...(rule.mode === "trip-and-reclose" ? { until: instant(draft.nowMs + rule.recloseAfterS * 1000) } : {}),
  });
}

/** The circuit belongs to no household: nobody's balance can hold it. */
export function forgetCredit(draft: Draft): void {
  releaseHold(draft, "credit", "rule-removed");
  releaseHold(draft, "reminder", "rule-removed");
  clearAlarm(draft, "low-balance");
  draft.state = { ...draft.state, credit: null, reminder: { isSpent: false } };
}
