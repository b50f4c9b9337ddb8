import type { SafetyPolicy } from "@hallmeter/meter-model";
import type { SwitchingRecord } from "../../store/records.ts";

const HOUR_MS = 3_600_000;

/** S8: when a circuit that was opened may close again, ms since the epoch. */
export function mayCloseFromMs(record: SwitchingRecord, policy: SafetyPolicy): number {
  if (record.openedAtMs === null) return 0;
  const gapS = record.openedForOverload ? policy.minOverloadCloseGapS : policy.minOpenCloseGapS;
  return record.openedAtMs + gapS * 1000;
}

/** S8: the automatic operations of this circuit in the last hour. */
export function recentAutomatic(record: SwitchingRecord, nowMs: number): number[] {
  return record.automaticAtMs.filter((atMs) => atMs <= nowMs && nowMs - atMs < HOUR_MS);
}

export function isSwitchingTooOften(record: SwitchingRecord, policy: SafetyPolicy, nowMs: number): boolean {
  return recentAutomatic(record, nowMs).length >= policy.automaticOperationsPerHour;
}

export function afterAutomatic(record: SwitchingRecord, nowMs: number): SwitchingRecord {
  return { ...record, automaticAtMs: [...recentAutomatic(record, nowMs), nowMs] };
}
