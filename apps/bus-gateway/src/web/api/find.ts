import type { ProfileVariant, UnitId } from "@hallmeter/meter-model";
import type { BusControl } from "../../control/bus-control.ts";

/** The variant by which a unit's registers have names. */
export function variantFinder({ circuits }: BusControl): (unitId: UnitId) => ProfileVariant | undefined {
  const byUnit = new Map([...circuits.values()].map(({ wire }) => [wire.unitId, wire.variant]));
  return (unitId) => byUnit.get(unitId);
}
