import type { UnitId } from "@hallmeter/meter-model";
import type { WireCosts } from "../protocol/protocol.ts";
import type { PollEntry } from "./bus.ts";

/** Assumed until a unit has answered. Real meters need 5–200 ms; 40 ms is typical of a three-phase meter. */
export const ASSUMED_TURNAROUND_MS = 40;

/** Wire time of one entry with the pause its meter needs, in milliseconds. */
export function entryMs(entry: PollEntry, costs: WireCosts, turnaroundMs: number): number {
  const extraGapMs = Math.max(0, entry.profile.minimumGapMs - costs.silenceMs);
  return entry.blocks.reduce((sum, block) => sum + costs.readMs(block, turnaroundMs) + extraGapMs, 0);
}

/** Share of the wire a plan needs, in thousandths; above 1000 it cannot be kept. */
export function plannedMilli(
  plan: readonly PollEntry[],
  costs: WireCosts,
  turnaroundMsOf: (unitId: UnitId) => number,
): number {
  let share = 0;
  for (const entry of plan) share += entryMs(entry, costs, turnaroundMsOf(entry.unitId)) / entry.intervalMs;
  return Math.ceil(share * 1000);
}
