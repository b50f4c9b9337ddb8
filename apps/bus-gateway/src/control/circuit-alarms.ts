import type { CircuitConfig, HoldParams, Sample } from "@hallmeter/meter-model";
import type { SwitchingRecord } from "../store/records.ts";
import type { Change } from "../store/tables.ts";
import type { AlarmBook } from "./alarm-book.ts";
import { alarmKey, subjectOf } from "./circuit-items.ts";

/** S1: the relay does not follow, or its contact does not part. */
export function relayFaultChanges(
  alarms: AlarmBook,
  circuit: CircuitConfig,
  { isFaulty, isWelded, triedFor }: SwitchingRecord,
  lastSample: Sample | null,
  nowMs: number,
): Change[] {
  const key = alarmKey("relay-fault", circuit.id);
  if (!isFaulty && !isWelded) return alarms.clear(key, nowMs);
  const params: HoldParams = isWelded
    ? { problem: "load-while-open", activePowerW: lastSample?.activePowerW ?? 0 }
    : { problem: "does-not-follow", wanted: triedFor ?? "" };
  return alarms.raise({ key, kind: "relay-fault", subject: subjectOf(circuit), params }, nowMs);
}

/** S8's count stands in the way of an operation, or does so no longer. */
export function tooOftenChanges(
  alarms: AlarmBook,
  circuit: CircuitConfig,
  isTooOften: boolean,
  operations: number,
  nowMs: number,
): Change[] {
  const key = alarmKey("switching-too-often", circuit.id);
  if (!isTooOften) return alarms.clear(key, nowMs);
  const subject = subjectOf(circuit);
  return alarms.raise({ key, kind: "switching-too-often", subject, params: { operations } }, nowMs);
}
