import { idSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import { groupBy } from "../../db/group-by.ts";
import type { Deps } from "../../deps.ts";
import { READERS } from "../../http/access.ts";
import { type Circuit, circuitModel } from "../../network/circuit.model.ts";
import type { Site } from "../../places/site.model.ts";
import { assertRange, type DayRange, rangeFields } from "../report-query.ts";
import { reportRoutesOf } from "../report-table.ts";
import { readSitePlaces, type SitePlaces } from "../site-places.ts";
import { readUnownedUse, whByCircuit } from "../unowned-use.ts";
import { usesOfDays } from "./use-report.ts";

export const roomsReport = (deps: Deps) =>
  reportRoutesOf(deps, {
    what: "rooms",
    summary: "The rooms that used most, or that used something while nobody lived there",
    roles: READERS,
    asked: {
      ...rangeFields,
      show: z.enum(["top", "vacant"]).default("top"),
      buildingId: idSchema.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(20),
    },
    row: {
      rank: z.int(),
      unitId: idSchema,
      unit: z.string(),
      floor: z.int(),
      buildingId: idSchema,
      building: z.string(),
      householdId: idSchema.nullable(),
      household: z.string().nullable().meta({ description: "Who lives there now." }),
      circuitIds: z.array(idSchema),
      wh: z.int(),
      sharePermille: z.int().nullable().meta({ description: "Of all rooms that the report is about." }),
    },
    totals: { rooms: z.int().meta({ description: "With those beyond the limit." }), wh: z.int() },
    columns: {
      rank: "rank",
      building: "building",
      floor: "floor",
      unit_id: "unitId",
      unit: "unit",
      household_id: "householdId",
      household: "household",
      wh: "wh",
      share_permille: "sharePermille",
    },
    async read(site, { show, buildingId, limit, ...range }, now) {
      assertRange(range);
      const { connection } = deps;
      const [places, circuits] = await Promise.all([
        readSitePlaces(connection, site._id),
        circuitModel(connection)
          .find({ siteId: site._id }, { householdId: 1, unitId: 1 })
          .lean<RoomCircuit[]>(),
      ]);
      const unitOf = unitOfCircuit(places);
      const circuitsByUnit = groupBy(circuits, unitOf);
      const wh = await whByUnit(connection, site, range, now, {
        places,
        circuits,
        isVacant: show === "vacant",
      });
      const livingIn = new Map(
        [...places.households.values()].filter(({ isOpen }) => isOpen).map((home) => [home.unitId, home]),
      );
      const rooms = places.rooms
        .filter((room) => buildingId === undefined || room.buildingId === buildingId)
        .map((room) => ({ ...room, wh: wh.get(room.unitId) ?? 0 }))
        .filter((room) => room.wh > 0)
        .sort((a, b) => b.wh - a.wh);
      const totalWh = rooms.reduce((sum, room) => sum + room.wh, 0);
      const rows = rooms.slice(0, limit).map((room, index) => ({
        rank: index + 1,
        ...room,
        householdId: livingIn.get(room.unitId)?.householdId ?? null,
        household: livingIn.get(room.unitId)?.household ?? null,
        circuitIds: (circuitsByUnit.get(room.unitId) ?? []).map(({ _id }) => _id),
        sharePermille: Math.round((room.wh * 1000) / totalWh),
      }));
      return { rows, totals: { rooms: rooms.length, wh: totalWh } };
    },
  });

type RoomCircuit = Pick<Circuit, "_id" | "householdId" | "unitId">;

/** The room that a circuit feeds: that of its household, or the one that its last household left. */
function unitOfCircuit({ households }: SitePlaces): (circuit: RoomCircuit) => string | undefined {
  return ({ householdId, unitId }) =>
    householdId === null ? (unitId ?? undefined) : households.get(householdId)?.unitId;
}

async function whByUnit(
  connection: Connection,
  site: Site,
  range: DayRange,
  now: Date,
  { places, circuits, isVacant }: { places: SitePlaces; circuits: readonly RoomCircuit[]; isVacant: boolean },
): Promise<Map<string, number>> {
  const [charged, unowned] = await Promise.all([
    isVacant ? [] : usesOfDays(connection, site, range, now),
    readUnownedUse(connection, site._id, range),
  ]);
  const sums = new Map<string, number>();
  const add = (unitId: string | undefined, wh: number) => {
    if (unitId !== undefined) sums.set(unitId, (sums.get(unitId) ?? 0) + wh);
  };
  for (const { householdId, wh } of charged) add(places.households.get(householdId)?.unitId, wh);
  const unownedWh = whByCircuit(unowned);
  const unitOf = unitOfCircuit(places);
  for (const circuit of circuits) add(unitOf(circuit), unownedWh.get(circuit._id) ?? 0);
  return sums;
}
