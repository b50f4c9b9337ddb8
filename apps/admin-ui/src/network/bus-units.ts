import type { BusStatistics, UnitId, UnitStatistics } from "@hallmeter/meter-model";
import type { Circuit } from "../api/rows.ts";
import type { StateColor } from "../theme/state-colors.ts";

/** More than this of the questions without a good answer, in thousandths, and a person should look at the line. */
const TROUBLED_MILLI = 20;
/** Fewer questions than this say nothing of a share. */
const FEWEST_QUESTIONS = 20;

export const UNIT_HEALTHS = ["good", "troubled", "flaky", "offline", "new"] as const;
/** `troubled`: answers, with too many errors · `new`: a circuit of it is not commissioned yet. */
export type UnitHealth = (typeof UNIT_HEALTHS)[number];

export const HEALTH_COLORS = {
  good: "on",
  troubled: "low",
  flaky: "low",
  offline: "offline",
  new: "switching",
} as const satisfies Record<UnitHealth, StateColor>;

export interface BusUnit {
  unitId: UnitId;
  circuits: Circuit[];
  /** Null before the gateway has told. */
  statistics: UnitStatistics | null;
  health: UnitHealth;
}

/** Questions that stayed without a good answer, of all, in thousandths; null where too few were asked. */
export function errorShareMilli(unit: UnitStatistics): number | null {
  const errors = unit.timeouts + unit.crcErrors + unit.protocolErrors;
  const asked = unit.replies + errors;
  return asked < FEWEST_QUESTIONS ? null : Math.round((errors * 1000) / asked);
}

function healthOf(circuits: readonly Circuit[], statistics: UnitStatistics | null): UnitHealth {
  const presence = statistics?.presence ?? circuits[0]?.presence ?? "offline";
  if (presence === "offline") return "offline";
  if (circuits.some(({ commissionedAt }) => commissionedAt === null)) return "new";
  if (presence === "flaky") return "flaky";
  const share = statistics === null ? null : errorShareMilli(statistics);
  return share !== null && share >= TROUBLED_MILLI ? "troubled" : "good";
}

/** Modbus addresses before the twelve digits of DL/T 645, each in their order. */
export function compareUnitIds(a: UnitId, b: UnitId): number {
  if (typeof a === "number") return typeof b === "number" ? a - b : -1;
  return typeof b === "number" ? 1 : a.localeCompare(b);
}

/** Every unit of the bus in the order of addresses: those with circuits, and others that the gateway has heard. */
export function busUnits(circuits: readonly Circuit[], statistics: BusStatistics | null): BusUnit[] {
  const byUnit = new Map<UnitId, Circuit[]>();
  for (const circuit of circuits)
    byUnit.set(circuit.unitAddress, [...(byUnit.get(circuit.unitAddress) ?? []), circuit]);
  const told = new Map(statistics?.units.map((unit) => [unit.unitId, unit]));
  const unitIds = new Set<UnitId>([...byUnit.keys(), ...told.keys()]);
  return [...unitIds].sort(compareUnitIds).map((unitId) => {
    const own = byUnit.get(unitId) ?? [];
    const unit = told.get(unitId) ?? null;
    return { unitId, circuits: own, statistics: unit, health: healthOf(own, unit) };
  });
}

export function countHealths(units: readonly BusUnit[]): Record<UnitHealth, number> {
  const counts = { good: 0, troubled: 0, flaky: 0, offline: 0, new: 0 };
  for (const { health } of units) counts[health] += 1;
  return counts;
}
