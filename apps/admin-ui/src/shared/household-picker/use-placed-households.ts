import { useQuery } from "@tanstack/react-query";
import { type DataProvider, type RaRecord, useDataProvider } from "react-admin";
import type { Building, Household, Unit } from "../../api/rows.ts";
import { MAX_ROWS } from "../../data/list-dialect.ts";
import { useSite } from "../../layout/site-context.tsx";
import type { PlacedHousehold } from "./pasted-rooms.ts";

/** Open households with their places: to choose many of them needs them all. */
export function usePlacedHouseholds() {
  const { id: siteId } = useSite();
  const dataProvider = useDataProvider();
  return useQuery({
    queryKey: ["households", "placed", siteId],
    queryFn: async ({ signal }) => {
      const [buildings, units, households] = await Promise.all([
        readAll<Building>(dataProvider, "buildings", { siteId }, signal),
        readAll<Unit>(dataProvider, "units", { siteId }, signal),
        readAll<Household>(dataProvider, "households", { siteId, status: "open" }, signal),
      ]);
      return { buildings, households: placed(households, units, buildings) };
    },
  });
}

function placed(
  households: readonly Household[],
  units: readonly Unit[],
  buildings: readonly Building[],
): PlacedHousehold[] {
  const unitById = new Map(units.map((unit) => [unit.id, unit]));
  const buildingById = new Map(buildings.map((building) => [building.id, building]));
  return households
    .map(({ id, name, unitId, unitName }) => {
      const { buildingId = "", floor = 0 } = unitById.get(unitId) ?? {};
      return {
        id,
        name,
        unitName,
        buildingId,
        buildingName: buildingById.get(buildingId)?.name ?? "",
        floor,
      };
    })
    .sort(
      (a, b) =>
        a.buildingName.localeCompare(b.buildingName) ||
        a.floor - b.floor ||
        a.unitName.localeCompare(b.unitName, undefined, { numeric: true }),
    );
}

async function readAll<Row extends RaRecord>(
  dataProvider: DataProvider,
  resource: string,
  filter: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page = 1; ; page += 1) {
    const { data, total = 0 } = await dataProvider.getList<Row>(resource, {
      pagination: { page, perPage: MAX_ROWS },
      sort: { field: "name", order: "ASC" },
      filter,
      signal,
    });
    rows.push(...data);
    if (data.length === 0 || rows.length >= total) return rows;
  }
}
