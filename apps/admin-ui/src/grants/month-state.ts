import type { StateColor } from "../theme/state-colors.ts";
import type { GrantMonth } from "./rows.ts";

/** How a month of a policy stands, and what can be done about it. */
export const MONTH_STATES = {
  /** Its day is still to come. */
  upcoming: { color: "switching", canRun: false },
  /** Its day has come, and nothing was granted. */
  missed: { color: "low", canRun: true },
  granted: { color: "on", canRun: true },
  reversed: { color: "offline", canRun: false },
  /** The policy grants nothing in it. */
  none: { color: "vacant", canRun: false },
} as const satisfies Record<string, { color: StateColor; canRun: boolean }>;
export type MonthState = keyof typeof MONTH_STATES;

/** `today`: the site's local day. */
export function monthStateOf(
  { dueOn, runAt, isReversed }: Pick<GrantMonth, "dueOn" | "runAt" | "isReversed">,
  today: string,
): MonthState {
  if (isReversed) return "reversed";
  if (runAt !== null) return "granted";
  if (dueOn === null) return "none";
  return dueOn > today ? "upcoming" : "missed";
}

/** A month that has begun may be granted before its day. */
export const mayRun = (month: Pick<GrantMonth, "month" | "dueOn" | "isReversed">, today: string): boolean =>
  !month.isReversed && month.dueOn !== null && month.month <= today.slice(0, 7);

/** The next that is due, the earliest first. */
export function nextDue(months: readonly GrantMonth[], today: string): GrantMonth | undefined {
  return months
    .filter((month) => monthStateOf(month, today) === "upcoming")
    .reduce<GrantMonth | undefined>(
      (next, month) => (next === undefined || (month.dueOn ?? "") < (next.dueOn ?? "") ? month : next),
      undefined,
    );
}

/** Those whose day passed without a grant, the oldest first. */
export const missedMonths = (months: readonly GrantMonth[], today: string): GrantMonth[] =>
  months.filter((month) => monthStateOf(month, today) === "missed").toReversed();
