import type { Connection, Model, QueryFilter } from "mongoose";
import { type Building, buildingModel } from "../places/building.model.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Resident, residentModel } from "../places/resident.model.ts";
import { type Unit, unitModel } from "../places/unit.model.ts";
import { tariffModel } from "../tariffs/tariff.model.ts";
import type { ColumnName } from "./csv-columns.ts";
import { given, type Importable, LineProblem } from "./import-table.ts";
import type { CsvLine } from "./read-csv.ts";

type Tariff = { _id: string; siteId: string; name: string };

/** What the lines of a file may name at one site. Rows of other sites are not in it, so they do not exist. */
export interface KnownPlaces {
  siteId: string;
  buildings: readonly Building[];
  units: readonly Unit[];
  households: readonly Household[];
  residents: readonly Resident[];
  tariffs: readonly Tariff[];
}

/** Read once for all lines; of what a large site has many, only what the lines name. */
export async function readKnownPlaces(
  connection: Connection,
  siteId: string,
  what: Importable,
  lines: readonly CsvLine[],
): Promise<KnownPlaces> {
  const named = (column: ColumnName) => [...new Set(lines.flatMap((line) => given(line, column) ?? []))];
  const ownIds = (of: Importable) => (what === of ? named("id") : []);
  const among = <Row extends { siteId: string }>(
    model: Model<Row>,
    field: string,
    values: readonly string[],
  ) =>
    values.length === 0
      ? Promise.resolve([])
      : model.find({ siteId, [field]: { $in: values } } as QueryFilter<Row>).lean<Row[]>();
  const ofSite = { siteId };

  const [buildings, tariffs, ...unitRows] = await Promise.all([
    buildingModel(connection).find(ofSite).lean<Building[]>(),
    tariffModel(connection).find(ofSite, { siteId: 1, name: 1 }).lean<Tariff[]>(),
    among(unitModel(connection), "_id", [...named("unit_id"), ...ownIds("units")]),
    among(unitModel(connection), "name", [...named("unit"), ...(what === "units" ? named("name") : [])]),
  ]);
  const units = unique(unitRows.flat());
  const households = unique(
    (
      await Promise.all([
        among(householdModel(connection), "_id", [...named("household_id"), ...ownIds("households")]),
        what !== "buildings" && what !== "units"
          ? among(
              householdModel(connection),
              "occupies",
              units.map((unit) => unit._id),
            )
          : [],
      ])
    ).flat(),
  );
  const residents = unique(
    (
      await Promise.all([
        among(residentModel(connection), "_id", ownIds("residents")),
        what === "residents"
          ? among(
              residentModel(connection),
              "householdId",
              households.map((household) => household._id),
            )
          : [],
      ])
    ).flat(),
  );
  return { siteId, buildings, tariffs, units, households, residents };
}

function unique<Row extends { _id: string }>(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [row._id, row])).values()];
}

/** By the column `id`. Throws LineProblem for an id that this site does not have. */
export function rowOfId<Row extends { _id: string }>(
  line: CsvLine,
  rows: readonly Row[],
  column: ColumnName = "id",
) {
  const id = given(line, column);
  if (id === undefined) return undefined;
  const row = rows.find(({ _id }) => _id === id);
  if (!row) throw new LineProblem(column, "unknown", "This site has no row with this id");
  return row;
}

export function buildingOf(line: CsvLine, { buildings }: KnownPlaces): Building {
  const byId = rowOfId(line, buildings, "building_id");
  const name = given(line, "building");
  if (!byId && name === undefined) throw new LineProblem("building", "required", "Is missing");
  const building = byId ?? buildings.find((row) => row.name === name);
  if (!building) throw new LineProblem("building", "unknown", "This site has no such building");
  if (name !== undefined && building.name !== name)
    throw new LineProblem("building", "contradiction", "Is not the building of this id");
  return building;
}

export function unitOf(line: CsvLine, known: KnownPlaces): Unit {
  const byId = rowOfId(line, known.units, "unit_id");
  const name = given(line, "unit");
  if (byId) {
    if (name !== undefined && byId.name !== name)
      throw new LineProblem("unit", "contradiction", "Is not the unit of this id");
    return byId;
  }
  if (name === undefined) throw new LineProblem("unit", "required", "Is missing");
  const building = buildingOf(line, known);
  const unit = known.units.find((row) => row.buildingId === building._id && row.name === name);
  if (!unit) throw new LineProblem("unit", "unknown", "The building has no such unit");
  return unit;
}

/** By id, or the one that lives in the unit. */
export function householdOf(line: CsvLine, known: KnownPlaces): Household {
  const byId = rowOfId(line, known.households, "household_id");
  if (byId) return byId;
  const unit = unitOf(line, known);
  const household = known.households.find(({ occupies }) => occupies === unit._id);
  if (!household) throw new LineProblem("unit", "unknown", "Nobody lives in this unit");
  return household;
}

/** By id or name; undefined when the file says nothing, null when it says none. */
export function tariffIdOf(line: CsvLine, { tariffs }: KnownPlaces): string | null | undefined {
  const byId = rowOfId(line, tariffs, "tariff_id");
  const name = given(line, "tariff");
  if (!byId && name === undefined)
    return line.cells.tariff === undefined && line.cells.tariff_id === undefined ? undefined : null;
  const matching = byId ? [byId] : tariffs.filter((row) => row.name === name);
  const [tariff, another] = matching;
  if (!tariff) throw new LineProblem("tariff", "unknown", "This site has no such tariff");
  if (another) throw new LineProblem("tariff", "ambiguous", "Several tariffs have this name: give its id");
  if (name !== undefined && tariff.name !== name)
    throw new LineProblem("tariff", "contradiction", "Is not the tariff of this id");
  return tariff._id;
}
