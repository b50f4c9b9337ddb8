import type { Connection } from "mongoose";
import { type Building, buildingModel } from "../places/building.model.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Unit, unitModel } from "../places/unit.model.ts";

export interface RoomPlace {
  unitId: string;
  unit: string;
  floor: number;
  buildingId: string;
  building: string;
}

/** Where households live or lived, all of a site at once. */
export interface SitePlaces {
  /** Every unit, in the order in which people count rooms. */
  rooms: RoomPlace[];
  households: ReadonlyMap<string, HouseholdPlace>;
}
export interface HouseholdPlace extends RoomPlace {
  householdId: string;
  household: string;
  isOpen: boolean;
}

const ROOM_ORDER = new Intl.Collator("en", { numeric: true });

export async function readSitePlaces(connection: Connection, siteId: string): Promise<SitePlaces> {
  const [buildings, units, households] = await Promise.all([
    buildingModel(connection).find({ siteId }, { name: 1 }).lean<Pick<Building, "_id" | "name">[]>(),
    unitModel(connection).find({ siteId }, { words: 0 }).lean<Unit[]>(),
    householdModel(connection)
      .find({ siteId }, { unitId: 1, name: 1, status: 1 })
      .lean<Pick<Household, "_id" | "unitId" | "name" | "status">[]>(),
  ]);
  const buildingNames = new Map(buildings.map(({ _id, name }) => [_id, name]));
  const rooms = units
    .map(
      ({ _id, name, floor, buildingId }): RoomPlace => ({
        unitId: _id,
        unit: name,
        floor,
        buildingId,
        building: buildingNames.get(buildingId) ?? "",
      }),
    )
    .sort((a, b) => ROOM_ORDER.compare(a.building, b.building) || ROOM_ORDER.compare(a.unit, b.unit));
  const roomById = new Map(rooms.map((room) => [room.unitId, room]));
  const placed = households.flatMap(({ _id, unitId, name, status }): [string, HouseholdPlace][] => {
    const room = roomById.get(unitId);
    return room ? [[_id, { ...room, householdId: _id, household: name, isOpen: status === "open" }]] : [];
  });
  return { rooms, households: new Map(placed) };
}
