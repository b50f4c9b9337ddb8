import type { StateColor } from "../../theme/state-colors.ts";
import type { JobItem } from "./job-rows.ts";

export const LEFT_OUT_REASONS = [
  "household-closed",
  "moved-in-later",
  "no-residents",
  "credit-in-meter",
  "granted-before",
  "run-reversed",
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

const WORDS = [
  "granted",
  "left-out",
  "taken-back",
  "used-up",
  "nothing-granted",
  "refunded",
  "done",
] as const;
export type OutcomeWord = (typeof WORDS)[number];

/** What became of one item, before it is put into words. */
export type ItemOutcome =
  | { kind: "waiting"; attempts: number; code: string | null }
  | { kind: "failed"; code: string; detail: string }
  | {
      kind: "over";
      word: OutcomeWord;
      amount: { commodity: string | null; value: number } | null;
      reason: string | null;
    };

export const OUTCOME_COLORS = {
  granted: "on",
  "left-out": "offline",
  "taken-back": "low",
  "used-up": "offline",
  "nothing-granted": "offline",
  refunded: "on",
  done: "on",
} as const satisfies Record<OutcomeWord, StateColor>;

/** The result's own word where it has one; an amount without a commodity is the site's money. */
export function outcomeOf({ state, attempts, result, problem }: JobItem): ItemOutcome {
  if (state === "waiting") return { kind: "waiting", attempts, code: problem?.code ?? null };
  if (state === "failed")
    return { kind: "failed", code: problem?.code ?? "internal", detail: problem?.detail ?? "" };
  const { outcome, amount, commodity, reason, refundMinor } = result ?? {};
  if (typeof refundMinor === "number")
    return { kind: "over", word: "refunded", amount: { commodity: null, value: refundMinor }, reason: null };
  return {
    kind: "over",
    word: WORDS.find((word) => word === outcome) ?? "done",
    amount:
      typeof amount === "number"
        ? { commodity: typeof commodity === "string" ? commodity : null, value: amount }
        : null,
    reason: typeof reason === "string" ? reason : null,
  };
}

export const isLeftOutReason = (reason: string): reason is LeftOutReason =>
  LEFT_OUT_REASONS.some((known) => known === reason);
