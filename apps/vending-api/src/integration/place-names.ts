import type { Connection, Model, QueryFilter } from "mongoose";
import { buildingModel } from "../places/building.model.ts";
import { householdModel } from "../places/household.model.ts";
import { unitModel } from "../places/unit.model.ts";
import { tariffModel } from "../tariffs/tariff.model.ts";

interface Wanted {
  buildingIds?: readonly string[];
  unitIds?: readonly string[];
  householdIds?: readonly string[];
  tariffIds?: readonly string[];
}

/** Names of what a batch of rows refers to, each collection read at most once. What is gone has an empty name. */
export async function readNames(connection: Connection, wanted: Wanted) {
  const households = await byId(householdModel(connection), wanted.householdIds);
  const units = await byId(unitModel(connection), [
    ...(wanted.unitIds ?? []),
    ...[...households.values()].map((row) => row.unitId),
  ]);
  const [buildings, tariffs] = await Promise.all([
    byId(buildingModel(connection), [
      ...(wanted.buildingIds ?? []),
      ...[...units.values()].map((row) => row.buildingId),
    ]),
    byId(tariffModel(connection), wanted.tariffIds),
  ]);
  const nameIn = (rows: ReadonlyMap<string, { name: string }>) => (id: string) => rows.get(id)?.name ?? "";
  const building = nameIn(buildings);
  const unit = nameIn(units);
  const buildingOfUnit = (unitId: string) => building(units.get(unitId)?.buildingId ?? "");
  return {
    building,
    unit,
    buildingOfUnit,
    household: nameIn(households),
    tariff: nameIn(tariffs),
    placeOfHousehold(householdId: string) {
      const unitId = households.get(householdId)?.unitId ?? "";
      return { building: buildingOfUnit(unitId), unit: unit(unitId) };
    },
  };
}

async function byId<Row extends { _id: string }>(
  model: Model<Row>,
  ids: readonly string[] = [],
): Promise<Map<string, Row>> {
  if (ids.length === 0) return new Map();
  const condition = { _id: { $in: [...new Set(ids)] } } as QueryFilter<Row>;
  const rows = await model.find(condition).lean<Row[]>();
  return new Map(rows.map((row) => [row._id, row]));
}
