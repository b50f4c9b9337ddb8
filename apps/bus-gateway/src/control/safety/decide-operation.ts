import type { HoldKind, IntendedState, RelayState, SafetyPolicy } from "@hallmeter/meter-model";
import type { SwitchingRecord } from "../../store/records.ts";
import { isSwitchingTooOften, mayCloseFromMs } from "./operation-spacing.ts";

export interface SwitchView {
  intended: IntendedState;
  /** From samples and read-backs only. */
  actual: RelayState;
  /** Kinds of the holds that count. */
  heldBy: readonly HoldKind[];
  isCommissioned: boolean;
  /** A person's command that asks for `intended` is valid now. */
  isByPerson: boolean;
  /** S9 */
  isSettled: boolean;
  /** S10: the current is within the switch's rating. */
  mayBreak: boolean;
  record: SwitchingRecord;
}

/** Why a relay is left as it is although something else is intended. */
export const WAIT_REASONS = {
  "relay-unknown": "no sample has shown the relay yet",
  "relay-fault": "the relay did not follow three commands",
  "not-commissioned": "relay command and read-back are not proved on this circuit",
  "power-returned": "the first samples after power's return are still being checked",
  "current-above-rating": "the current is above the switch's rating",
  "too-often": "too many automatic operations within an hour",
  "too-soon": "it was opened a moment ago",
} as const satisfies Record<string, string>;
export type WaitReason = keyof typeof WAIT_REASONS;

export type Decision =
  | { type: "nothing" }
  | { type: "operate"; relay: IntendedState; isAutomatic: boolean }
  | { type: "wait"; why: WaitReason };

/** Kinds whose opening protects people or wires: S8's count never keeps them from opening. */
const PROTECTIVE: readonly HoldKind[] = ["lockout", "safety", "manual", "overload"];

/** S1, S8, S9, S10 in one place: whether the relay is operated now. */
export function decideOperation(view: SwitchView, policy: SafetyPolicy, nowMs: number): Decision {
  const { intended, actual, isByPerson, record } = view;
  if (actual === intended) return { type: "nothing" };
  const wait = (why: WaitReason): Decision => ({ type: "wait", why });
  if (actual === "unknown") return wait("relay-unknown");
  if (record.isFaulty) return wait("relay-fault");
  if (!isByPerson && !view.isCommissioned) return wait("not-commissioned");
  if (intended === "open") {
    if (!view.mayBreak) return wait("current-above-rating");
    if (!isByPerson && !view.isSettled) return wait("power-returned");
    const isProtective = view.heldBy.some((kind) => PROTECTIVE.includes(kind));
    if (!isByPerson && !isProtective && isSwitchingTooOften(record, policy, nowMs)) return wait("too-often");
    return { type: "operate", relay: "open", isAutomatic: !isByPerson };
  }
  if (nowMs < mayCloseFromMs(record, policy)) return wait("too-soon");
  if (!isByPerson && isSwitchingTooOften(record, policy, nowMs)) return wait("too-often");
  return { type: "operate", relay: "closed", isAutomatic: !isByPerson };
}
