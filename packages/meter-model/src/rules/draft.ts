import type { CommandAction } from "../contract/command.ts";
import type { AlarmKind } from "../contract/uplink.ts";
import type { Hold, HoldParams } from "../holds/hold.ts";
import type { HoldKind } from "../holds/hold-kinds.ts";
import type { CircuitState } from "./circuit-state.ts";
import type { CircuitStepConfig } from "./circuit-step.ts";
import {
  alarmEvent,
  type Evidence,
  factEvent,
  holdSummary,
  type RuleEvent,
  type RuleEventKind,
} from "./rule-event.ts";

/**
 * One step in the making. `state` is replaced, part by part, never changed inside, so that the state the caller gave stays
 * as it was.
 */
export interface Draft {
  state: CircuitState;
  readonly events: RuleEvent[];
  readonly config: CircuitStepConfig;
  readonly nowMs: number;
}

/** Why a hold went: its own condition, a person, or a rule that no longer applies. */
export type ReleaseCause = "condition" | "rule-removed" | "until-reached" | `command-${CommandAction}`;

export function standing(draft: Draft, kind: HoldKind): Hold | undefined {
  return draft.state.holds.find((hold) => hold.kind === kind);
}

function isSameHold(a: Hold, b: Hold): boolean {
  return a.reason === b.reason && a.until === b.until && a.locked === b.locked && a.origin.id === b.origin.id;
}

/** One circuit holds at most one of each kind: a second one replaces the first and keeps its beginning. */
export function placeHold(draft: Draft, hold: Hold): void {
  const before = standing(draft, hold.kind);
  if (before !== undefined && isSameHold(before, hold)) return;
  const placed = before === undefined ? hold : { ...hold, since: before.since };
  draft.state = {
    ...draft.state,
    holds: [...draft.state.holds.filter((other) => other.kind !== hold.kind), placed],
  };
  note(draft, before === undefined ? "hold-placed" : "hold-changed", holdSummary(placed));
}

/** @returns whether there was one */
export function releaseHold(draft: Draft, kind: HoldKind, cause: ReleaseCause, by?: string): boolean {
  const hold = standing(draft, kind);
  if (hold === undefined) return false;
  draft.state = { ...draft.state, holds: draft.state.holds.filter((other) => other.kind !== kind) };
  note(draft, "hold-released", { ...holdSummary(hold), cause, ...(by === undefined ? {} : { by }) });
  return true;
}

export function note(draft: Draft, kind: RuleEventKind, params: HoldParams, evidence?: Evidence): void {
  draft.events.push(factEvent(kind, draft.nowMs, params, evidence));
}

/** Raised once until cleared. */
export function raiseAlarm(draft: Draft, kind: AlarmKind, params: HoldParams): void {
  if (!draft.state.alarms.includes(kind)) repeatAlarm(draft, kind, params);
}

/** Reported even if it is raised already: it happened again, or grew worse. */
export function repeatAlarm(draft: Draft, kind: AlarmKind, params: HoldParams, evidence?: Evidence): void {
  if (!draft.state.alarms.includes(kind))
    draft.state = { ...draft.state, alarms: [...draft.state.alarms, kind] };
  draft.events.push(alarmEvent(kind, "raised", draft.nowMs, params, evidence));
}

export function clearAlarm(draft: Draft, kind: AlarmKind): void {
  if (!draft.state.alarms.includes(kind)) return;
  draft.state = { ...draft.state, alarms: draft.state.alarms.filter((other) => other !== kind) };
  draft.events.push(alarmEvent(kind, "cleared", draft.nowMs, {}));
}

export function ruleOrigin(id: string, name: string): Hold["origin"] {
  return { type: "rule", id, name };
}

export function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** True when a hold ends by itself and its time has come. */
export function isOver(hold: Hold, nowMs: number): boolean {
  return hold.locked !== true && hold.until !== undefined && Date.parse(hold.until) <= nowMs;
}
