import type { UplinkItem } from "@hallmeter/meter-model";
import type { BusBudget } from "../bus/bus.ts";

export interface ErrorCounts {
  timeouts: number;
  crcErrors: number;
  protocolErrors: number;
}

export const NO_ERRORS: ErrorCounts = { timeouts: 0, crcErrors: 0, protocolErrors: 0 };

/** Since the bus was opened. */
export function errorCounts(budget: BusBudget): ErrorCounts {
  const sum = (count: (unit: BusBudget["units"][number]) => number) =>
    budget.units.reduce((total, unit) => total + count(unit), 0);
  return {
    timeouts: sum((unit) => unit.timeouts),
    crcErrors: sum((unit) => unit.crcErrors),
    protocolErrors: sum((unit) => unit.protocolErrors),
  };
}

/** The last minute of a bus as the server keeps it; the error counters are those since `before`. */
export function busBudgetItem(budget: BusBudget, before: ErrorCounts, atMs: number): UplinkItem {
  const now = errorCounts(budget);
  return {
    type: "bus-budget",
    busId: budget.busId,
    at: new Date(atMs).toISOString(),
    utilisationMilli: Math.round(budget.usedMilli),
    plannedMilli: Math.round(budget.plannedMilli),
    transactions: Math.round((budget.ratePerSecondMilli * 60) / 1000),
    timeouts: Math.max(0, now.timeouts - before.timeouts),
    crcErrors: Math.max(0, now.crcErrors - before.crcErrors),
    protocolErrors: Math.max(0, now.protocolErrors - before.protocolErrors),
    lanes: Object.fromEntries(
      Object.entries(budget.lanes).map(([lane, { waiting, latenessMs }]) => [
        lane,
        { queued: waiting, worstWaitMs: Math.round(latenessMs) },
      ]),
    ),
  };
}
