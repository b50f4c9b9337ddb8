import type { HoldParams } from "../holds/hold.ts";
import { microPerMinor } from "../tariff/rate-use.ts";
import type { CircuitState } from "./circuit-state.ts";
import {
  clearAlarm,
  type Draft,
  instant,
  isOver,
  placeHold,
  releaseHold,
  repeatAlarm,
  ruleOrigin,
  standing,
} from "./draft.ts";
import type { CircuitRules, ReminderRule } from "./rule-config.ts";
import { mayOpenByRule } from "./trust.ts";

/** Whole minor units, rounded down: a debt is never shown smaller than it is. */
function minorOf(draft: Draft, micro: number): number {
  return Math.floor(micro / microPerMinor(draft.config.currencyDigits));
}

function moneyParams(draft: Draft): HoldParams {
  return { currency: draft.config.currency, currencyDigits: draft.config.currencyDigits };
}

/** At or below this balance the circuit is cut: the household's value, less the debt that the loop's own rule allows. */
export function cutAtMicro(
  credit: { cutMicro: number },
  rules: CircuitRules,
  currencyDigits: number,
): number {
  const { credit: rule } = rules;
  if (rule === undefined) return credit.cutMicro;
  if (rule.debtMinor === null) return Number.NEGATIVE_INFINITY;
  return credit.cutMicro - rule.debtMinor * microPerMinor(currencyDigits);
}

/** Opens at or below the cut value, closes above the release value; between the two nothing changes. */
export function stepCredit(draft: Draft): void {
  const { credit } = draft.state;
  if (credit === null) return;
  const { rules, currencyDigits, creditCutsPaused, isProtectedTime } = draft.config;
  const cutMicro = cutAtMicro(credit, rules, currencyDigits);
  if (standing(draft, "credit") !== undefined) {
    if (cutMicro === Number.NEGATIVE_INFINITY) releaseHold(draft, "credit", "rule-removed");
    else if (credit.balanceMicro > Math.max(credit.cutMicro, credit.releaseMicro))
      releaseHold(draft, "credit", "condition");
    return;
  }
  if (credit.balanceMicro > cutMicro || creditCutsPaused || isProtectedTime || !mayOpenByRule(draft)) return;
  placeHold(draft, {
    kind: "credit",
    reason: "balance-used-up",
    params: {
      ...moneyParams(draft),
      balanceMinor: minorOf(draft, credit.balanceMicro),
      cutMinor: minorOf(draft, cutMicro),
      releaseMinor: minorOf(draft, Math.max(credit.cutMicro, credit.releaseMicro)),
    },
    origin: ruleOrigin("credit", "Credit"),
    since: instant(draft.nowMs),
  });
}

type ReminderLevel = CircuitState["reminder"]["level"];

function levelOf(rule: ReminderRule, balanceMicro: number, microPer: number): ReminderLevel {
  if (balanceMicro <= rule.level2Minor * microPer) return 2;
  return balanceMicro <= rule.level1Minor * microPer ? 1 : 0;
}

/** The alarm is repeated when the level grows worse, and cleared only above both. */
function reportLevel(draft: Draft, rule: ReminderRule, level: ReminderLevel, balanceMicro: number): void {
  const { reminder } = draft.state;
  if (level === reminder.level) return;
  draft.state = { ...draft.state, reminder: { level, isSpent: level === 2 && reminder.isSpent } };
  if (level === 0) clearAlarm(draft, "low-balance");
  else if (level > reminder.level)
    repeatAlarm(draft, "low-balance", {
      ...moneyParams(draft),
      balanceMinor: minorOf(draft, balanceMicro),
      level,
      levelMinor: level === 2 ? rule.level2Minor : rule.level1Minor,
    });
}

function openToRemind(draft: Draft, rule: ReminderRule, balanceMicro: number): void {
  draft.state = { ...draft.state, reminder: { level: 2, isSpent: true } };
  placeHold(draft, {
    kind: "reminder",
    reason: "balance-low",
    params: {
      ...moneyParams(draft),
      balanceMinor: minorOf(draft, balanceMicro),
      levelMinor: rule.level2Minor,
      mode: rule.mode,
    },
    origin: ruleOrigin("reminder", "Low balance reminder"),
    since: instant(draft.nowMs),
    ...(rule.mode === "trip-and-reclose" ? { until: instant(draft.nowMs + rule.recloseAfterS * 1000) } : {}),
  });
}

/** Level 1 warns. Level 2 warns again, or opens once: for a while, or until the resident has acknowledged. */
export function stepReminder(draft: Draft): void {
  const rule = draft.config.rules.reminder;
  const { credit } = draft.state;
  if (rule === undefined) {
    forgetReminder(draft);
    return;
  }
  const hold = standing(draft, "reminder");
  if (hold !== undefined && isOver(hold, draft.nowMs)) releaseHold(draft, "reminder", "condition");
  if (credit === null) return;

  const level = levelOf(rule, credit.balanceMicro, microPerMinor(draft.config.currencyDigits));
  reportLevel(draft, rule, level, credit.balanceMicro);
  if (level !== 2) {
    releaseHold(draft, "reminder", "condition");
    return;
  }
  // A cut for credit was reminder enough: a small payment after it must close the circuit, not open it again.
  if (standing(draft, "credit") !== undefined)
    draft.state = { ...draft.state, reminder: { level, isSpent: true } };
  const { rules, isProtectedTime } = draft.config;
  const isCut = credit.balanceMicro <= credit.cutMicro;
  // A loop that outlasts the others in debt is not opened to remind of it either.
  const isKept = rules.credit !== undefined;
  if (rule.mode === "warn" || isKept || isProtectedTime) return;
  if (draft.state.reminder.isSpent || isCut || !mayOpenByRule(draft)) return;
  openToRemind(draft, rule, credit.balanceMicro);
}

function forgetReminder(draft: Draft): void {
  releaseHold(draft, "reminder", "rule-removed");
  clearAlarm(draft, "low-balance");
  const { level, isSpent } = draft.state.reminder;
  if (level !== 0 || isSpent) draft.state = { ...draft.state, reminder: { level: 0, isSpent: false } };
}

/** The circuit belongs to no household: nobody's balance can hold it. */
export function forgetCredit(draft: Draft): void {
  releaseHold(draft, "credit", "rule-removed");
  forgetReminder(draft);
  draft.state = { ...draft.state, credit: null };
}
