import type { LineConfig } from "@hallmeter/meter-model";
import { readTransactionMs, silentIntervalMs } from "../protocol/modbus/wire-time.ts";
import type { PollEntry } from "./bus.ts";

/** Assumed until a unit has answered. Real meters need 5–200 ms; 40 ms is typical of a three-phase meter. */
export const ASSUMED_TURNAROUND_MS = 40;

/** Wire time of one entry with the pause its meter needs, in milliseconds. */
export function entryMs(entry: PollEntry, line: LineConfig, turnaroundMs: number): number {
  const extraGapMs = Math.max(0, entry.profile.minimumGapMs - silentIntervalMs(line));
  return readTransactionMs(line, entry.block.count, turnaroundMs) + extraGapMs;
}

/** Share of the wire a plan needs, in thousandths; above 1000 it cannot be kept. */
export function plannedMilli(
  plan: readonly PollEntry[],
  line: LineConfig,
  turnaroundMsOf: (unitId: number) => number,
): number {
  let share = 0;
  for (const entry of plan) share += entryMs(entry, line, turnaroundMsOf(entry.unitId)) / entry.intervalMs;
  return Math.ceil(share * 1000);
}
