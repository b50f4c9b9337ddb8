import { ALARM_KINDS, type AlarmKind, type Severity } from "../contract/uplink.ts";
import type { Hold, HoldParams } from "../holds/hold.ts";
import type { Sample } from "../sample.ts";
import type { ViciousCase } from "./vicious-verdict.ts";

/** Facts that the rules report; each has its numbers in `params`. */
export const RULE_EVENT_KINDS = [
  "hold-placed",
  "hold-changed",
  "hold-released",
  "command-refused",
  "lockout-vote",
  "reminder-acknowledged",
  "vicious-verdict",
  "vicious-load-gone",
] as const;
export type RuleEventKind = (typeof RULE_EVENT_KINDS)[number];

export interface Evidence {
  ruleVersion?: number;
  samples: Sample[];
  /** Of a vicious-load verdict: what makes it again under another rule (`replayCase`). */
  judged?: ViciousCase;
}

/** The subject is always the circuit that was stepped; who forwards it adds ids and keys. */
export type RuleEvent =
  | { type: "event"; kind: RuleEventKind; at: string; params: HoldParams; evidence?: Evidence }
  | {
      type: "alarm";
      kind: AlarmKind;
      state: "raised" | "cleared";
      severity: Severity;
      at: string;
      params: HoldParams;
      evidence?: Evidence;
    };

export function factEvent(
  kind: RuleEventKind,
  atMs: number,
  params: HoldParams,
  evidence?: Evidence,
): RuleEvent {
  const at = new Date(atMs).toISOString();
  return { type: "event", kind, at, params, ...(evidence === undefined ? {} : { evidence }) };
}

export function alarmEvent(
  kind: AlarmKind,
  state: "raised" | "cleared",
  atMs: number,
  params: HoldParams,
  evidence?: Evidence,
): RuleEvent {
  return {
    type: "alarm",
    kind,
    state,
    severity: ALARM_KINDS[kind].severity,
    at: new Date(atMs).toISOString(),
    params,
    ...(evidence === undefined ? {} : { evidence }),
  };
}

/** What of a hold goes into an event about it. */
export function holdSummary(hold: Hold): HoldParams {
  return {
    ...hold.params,
    hold: hold.kind,
    reason: hold.reason,
    origin: hold.origin.name,
    locked: hold.locked === true,
  };
}
