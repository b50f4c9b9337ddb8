import type { Connection } from "mongoose";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Unit, unitModel } from "../places/unit.model.ts";

export interface NamedHousehold {
  unitName: string;
  householdName: string;
}

/** How lists name households: by room, and who lives there. */
export async function namesOfHouseholds(
  connection: Connection,
  householdIds: readonly string[],
): Promise<(householdId: string) => NamedHousehold> {
  const households = await householdModel(connection)
    .find({ _id: { $in: [...householdIds] } })
    .lean<Household[]>();
  const units = await unitModel(connection)
    .find({ _id: { $in: households.map(({ unitId }) => unitId) } })
    .lean<Unit[]>();
  const unitNames = new Map(units.map(({ _id, name }) => [_id, name]));
  const known = new Map(
    households.map(({ _id, name, unitId }) => [
      _id,
      { unitName: unitNames.get(unitId) ?? "", householdName: name },
    ]),
  );
  return (householdId) => known.get(householdId) ?? { unitName: "", householdName: householdId };
}

/** Rooms as people count them: 9 before 10. */
export function byRoom(a: NamedHousehold, b: NamedHousehold): number {
  return ROOM_ORDER.compare(a.unitName, b.unitName) || ROOM_ORDER.compare(a.householdName, b.householdName);
}
const ROOM_ORDER = new Intl.Collator("en", { numeric: true });
