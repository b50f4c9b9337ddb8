import type { Deps } from "../deps.ts";
import { householdLinks, residentLinks } from "../links.ts";
import { buildingResource } from "../places/building.routes.ts";
import { householdResource } from "../places/household.routes.ts";
import { residentResource } from "../places/resident.routes.ts";
import { unitResource } from "../places/unit.routes.ts";
import { openingImporter } from "./import-openings.ts";
import { saleImporter } from "./import-sales.ts";
import { given, type Importable, LineProblem, stated, wholeNumber } from "./import-table.ts";
import { buildingOf, householdOf, rowOfId, tariffIdOf, unitOf } from "./known-places.ts";
import { closedIn } from "./plan-import.ts";
import type { Importer } from "./plan-lines.ts";
import type { CsvLine } from "./read-csv.ts";

/** What can be imported. Every write goes the way of the API's own route, with the rights of whoever asked. */
export function importers(deps: Deps): Record<Importable, Importer> {
  const buildings = buildingResource(deps);
  const units = unitResource(deps);
  const households = householdResource(deps, householdLinks(deps));
  const residents = residentResource(deps, residentLinks(deps));
  return {
    buildings: closedIn(deps, "buildings", {
      columns: ["id", "name", "floors"],
      shownOnly: [],
      resource: buildings,
      columnOf: {},
      target(line, known) {
        const name = nameOf(line);
        const row = rowOfId(line, known.buildings) ?? known.buildings.find((one) => one.name === name);
        return { row, key: name, standsIn: { siteId: known.siteId } };
      },
      values: (line) => stated({ name: nameOf(line), floors: wholeNumber(line, "floors") }),
    }),
    units: closedIn(deps, "units", {
      columns: ["id", "building_id", "building", "name", "floor", "household_id"],
      shownOnly: ["household_id"],
      resource: units,
      columnOf: { buildingId: "building" },
      target(line, known) {
        const { _id: buildingId } = buildingOf(line, known);
        const name = nameOf(line);
        const isIt = (one: { buildingId: string; name: string }) =>
          one.buildingId === buildingId && one.name === name;
        const row = rowOfId(line, known.units) ?? known.units.find(isIt);
        return { row, key: `${buildingId} ${name}`, standsIn: { buildingId } };
      },
      values: (line) => stated({ name: nameOf(line), floor: wholeNumber(line, "floor") }),
    }),
    households: closedIn(deps, "households", {
      columns: [
        ...(["id", "building_id", "building", "unit_id", "unit", "name", "tariff_id", "tariff"] as const),
        ...(["cut_minor", "release_minor", "status", "opened_at", "closed_at"] as const),
      ],
      shownOnly: ["status", "opened_at", "closed_at"],
      resource: households,
      columnOf: { unitId: "unit", tariffId: "tariff", cutMinor: "cut_minor", releaseMinor: "release_minor" },
      target(line, known) {
        const { _id: unitId } = unitOf(line, known);
        const named = rowOfId(line, known.households);
        const resident = known.households.find(({ occupies }) => occupies === unitId);
        const row = named ?? resident;
        // Whoever moved out keeps the account: another name never takes it over.
        if (!named && resident && resident.name !== nameOf(line))
          throw new LineProblem("unit", "occupied", `${resident.name} lives here; to rename it give its id`);
        return { row, key: row?._id ?? unitId, standsIn: { unitId } };
      },
      values: (line, known) =>
        stated({
          name: nameOf(line),
          tariffId: tariffIdOf(line, known),
          cutMinor: wholeNumber(line, "cut_minor"),
          releaseMinor: wholeNumber(line, "release_minor"),
        }),
    }),
    residents: closedIn(deps, "residents", {
      columns: [
        "id",
        "household_id",
        "household",
        "building_id",
        "building",
        "unit_id",
        "unit",
        "name",
        "phone",
        "has_login",
      ],
      shownOnly: ["household", "has_login"],
      resource: residents,
      columnOf: { householdId: "household_id" },
      target(line, known) {
        const { _id: householdId } = householdOf(line, known);
        const name = nameOf(line);
        const named = rowOfId(line, known.residents);
        const alike = known.residents.filter((one) => one.householdId === householdId && one.name === name);
        if (!named && alike.length > 1)
          throw new LineProblem(
            "name",
            "ambiguous",
            "Several residents of the household have this name: give the id",
          );
        const row = named ?? alike[0];
        return { row, key: row?._id ?? `${householdId} ${name}`, standsIn: { householdId } };
      },
      values: (line) =>
        stated({
          name: nameOf(line),
          phone: line.cells.phone === undefined ? undefined : (given(line, "phone") ?? null),
        }),
    }),
    purchases: saleImporter(deps),
    "opening-balances": openingImporter(deps),
  } satisfies Record<Importable, Importer>;
}

function nameOf(line: CsvLine): string {
  const name = given(line, "name");
  if (name === undefined) throw new LineProblem("name", "required", "Is missing");
  return name;
}
