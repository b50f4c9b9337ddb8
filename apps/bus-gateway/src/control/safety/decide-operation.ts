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
  /** S9: the meter is the one that was commissioned, as far as anybody can tell. */
  isSameMeter: boolean;
  /** S10: the current is within the switch's rating. */
  mayBreak: boolean;
  /** S5: nobody is cut for want of credit now. */
  isProtectedTime: boolean;
  /** S11: what may feed the load side. A circuit without a second source is proved dead by that. */
  secondSource: { isLive: boolean; isProvedDead: boolean };
  record: SwitchingRecord;
}

/** Why a relay is left as it is although something else is intended. */
export const WAIT_REASONS = {
  "relay-unknown": "no sample has shown the relay yet",
  "relay-fault": "the relay did not follow three commands",
  "not-commissioned": "relay command and read-back are not proved on this circuit",
  "meter-changed": "another meter hangs here than the one that was commissioned",
  "power-returned": "the first samples after power's return are still being checked",
  "current-above-rating": "the current is above the switch's rating",
  "too-often": "too many automatic operations within an hour",
  "too-soon": "it was opened a moment ago",
  "protected-time": "nobody is cut for want of credit at this time",
  "load-side-live": "its load side is fed by something else",
  "load-side-not-proved-dead": "it has a second source, and nobody has proved its load side dead",
} as const satisfies Record<string, string>;
export type WaitReason = keyof typeof WAIT_REASONS;

/** Reasons that end by the passing of time; all others end with a sample, a command or a configuration. */
export const WAITS_ON_TIME: ReadonlySet<WaitReason> = new Set<WaitReason>([
  "power-returned",
  "too-often",
  "too-soon",
]);

export type Decision =
  | { type: "nothing" }
  | { type: "operate"; relay: IntendedState; isAutomatic: boolean }
  | { type: "wait"; why: WaitReason };

/** Kinds whose opening protects people or wires: S8's count never keeps them from opening. */
const PROTECTIVE: readonly HoldKind[] = ["lockout", "safety", "manual", "overload"];

/** S5: kinds that wait for a protected time to end, if nothing else asks for the opening. */
const DEFERRABLE: readonly HoldKind[] = ["credit", "reminder"];

/** S1, S5, S8, S9, S10, S11 in one place: whether the relay is operated now. */
export function decideOperation(view: SwitchView, policy: SafetyPolicy, nowMs: number): Decision {
  const { intended, actual, isByPerson, record } = view;
  if (actual === intended) return { type: "nothing" };
  const wait = (why: WaitReason): Decision => ({ type: "wait", why });
  if (actual === "unknown") return wait("relay-unknown");
  if (record.isFaulty) return wait("relay-fault");
  if (!isByPerson && !view.isCommissioned) return wait("not-commissioned");
  if (!isByPerson && !view.isSameMeter) return wait("meter-changed");
  if (intended === "open") {
    if (!view.mayBreak) return wait("current-above-rating");
    if (!isByPerson && !view.isSettled) return wait("power-returned");
    const isDeferrable = view.heldBy.every((kind) => DEFERRABLE.includes(kind));
    if (!isByPerson && view.isProtectedTime && isDeferrable) return wait("protected-time");
    const isProtective = view.heldBy.some((kind) => PROTECTIVE.includes(kind));
    if (!isByPerson && !isProtective && isSwitchingTooOften(record, policy, nowMs)) return wait("too-often");
    return { type: "operate", relay: "open", isAutomatic: !isByPerson };
  }
  if (view.secondSource.isLive) return wait("load-side-live");
  if (!view.secondSource.isProvedDead) return wait("load-side-not-proved-dead");
  if (nowMs < mayCloseFromMs(record, policy)) return wait("too-soon");
  if (!isByPerson && isSwitchingTooOften(record, policy, nowMs)) return wait("too-often");
  return { type: "operate", relay: "closed", isAutomatic: !isByPerson };
}
