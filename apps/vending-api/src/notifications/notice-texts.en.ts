import { ALARM_NAMES, SEVERITY_NAMES } from "./alarm-names.ts";
import type { NoticeParams } from "./notice.ts";
import type { NoticeTexts } from "./notice-texts.ts";

type PowerOff = NoticeParams["power-off"];

/** Why, and what brings it back. */
const HOLDS: Readonly<Record<PowerOff["hold"], readonly [why: string, whatToDo: string]>> = {
  lockout: ["A technician has locked it out for work on the installation.", "It returns after the work."],
  safety: ["Its meter or switch may not be safe.", "Maintenance will inspect it."],
  manual: ["Staff have switched it off.", "Please ask the office."],
  overload: ["More was switched on than the circuit may carry.", "Please switch something off."],
  "vicious-load": [
    "A heating appliance that is not allowed here was switched on.",
    "Please unplug it; the power is tried again, or ask the office.",
  ],
  reminder: ["Your balance is low.", "Acknowledge the reminder on your page, or top up."],
  schedule: ["It is off by the timetable.", "It returns with the next on period."],
  campaign: ["The grid operator has asked for less load.", "It returns when the demand is over."],
};

export const NOTICE_TEXTS_EN: NoticeTexts = {
  "balance-low": ({ balanceMinor, levelMinor }, { money }) => ({
    title: `Your balance is below ${money(levelMinor)}`,
    text: `${money(balanceMinor)} is left. Please top up soon.`,
  }),
  "balance-reminder": ({ balanceMinor }, { money }) => ({
    title: `Your balance is nearly used up: ${money(balanceMinor)}`,
    text: "The power will be cut when nothing is left. Please top up now.",
  }),
  "balance-cut": ({ balanceMinor, releaseMinor }, { money }) => ({
    title: "Your power is off: the balance is used up",
    text:
      (balanceMinor === null ? "" : `Your balance is ${money(balanceMinor)}. `) +
      (releaseMinor === null
        ? "The power returns by itself after a payment."
        : `The power returns by itself once the balance is above ${money(releaseMinor)}.`),
  }),
  "power-off": ({ hold, until, note }, { instant }) => {
    const [why, whatToDo] = HOLDS[hold];
    const end = until === null ? "" : ` At the latest at ${instant(until)}.`;
    return {
      title: "Your power is off",
      text: `${why}${note === null ? "" : ` (${note})`} ${whatToDo}${end}`,
    };
  },
  "power-back": ({ offSince }, { instant }) => ({
    title: "Your power is back",
    text: `It was off since ${instant(offSince)}.`,
  }),
  "credit-received": ({ amountMinor, balanceAfterMinor }, { money }) => ({
    title: `${money(amountMinor)} received`,
    text: `Your balance was ${money(balanceAfterMinor)} after it. You find the receipt on your page.`,
  }),
  "grant-received": ({ commodity, amount, name, expiresAt }, { money, energy, instant }) => ({
    title: `Grant received: ${commodity === "Wh" ? energy(amount) : money(amount)}`,
    text: `${name}. ${expiresAt === null ? "It does not expire." : `Valid until ${instant(expiresAt)}.`}`,
  }),
  "refund-done": ({ amountMinor }, { money }) => ({
    title: `${money(amountMinor)} refunded`,
    text: "Your account was settled and closed. You get a statement from the office.",
  }),
  "abnormal-use": ({ day, wh, usualWh }, words) => ({
    title: `Unusual use on ${words.day(day)}: ${words.energy(wh)}`,
    text: `On this day of the week you usually use ${words.energy(usualWh)}. Is something still switched on?`,
  }),
  "vacant-use": ({ day, wh, circuit }, words) => ({
    title: `A vacant room uses electricity: ${circuit}`,
    text: `${words.energy(wh)} on ${words.day(day)}, and nobody lives there.`,
  }),
  "sale-failed": ({ amountMinor, state }, { money }) => ({
    title: `A sale of ${money(amountMinor)} ${state === "failed" ? "did not reach" : "may not have reached"} its meter`,
    text: "Please look at the purchase: sell again or take it back once the meter has shown what it credited.",
  }),
  alarm: ({ alarm, severity, subject }) => ({
    title: `${SEVERITY_NAMES[severity].en}: ${ALARM_NAMES[alarm].en}`,
    text: subject,
  }),
};
