import type { Connection } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import { circuitModel } from "../network/circuit.model.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { residentModel } from "../places/resident.model.ts";
import { unitModel } from "../places/unit.model.ts";
import type { Audience } from "./grant-policy.ts";
import type { Standing } from "./grant-share.ts";

/** Open households, and closed ones that were named; in the order of their names. */
export async function audienceOf(
  connection: Connection,
  { siteId, audience }: { siteId: string; audience: Audience },
): Promise<Household[]> {
  return householdModel(connection)
    .find({ siteId, ...(await chosenBy(connection, siteId, audience)) })
    .sort({ name: 1, _id: 1 })
    .lean<Household[]>();
}

async function chosenBy(connection: Connection, siteId: string, audience: Audience) {
  switch (audience.kind) {
    case "everyone":
      return { status: "open" as const };
    case "tags":
      return { status: "open" as const, tags: { $in: audience.tags } };
    case "households":
      return { _id: { $in: audience.householdIds } };
    case "buildings": {
      const inBuildings = { siteId, buildingId: { $in: audience.buildingIds } };
      const unitIds: string[] = await unitModel(connection).distinct("_id", inBuildings);
      return { status: "open" as const, unitId: { $in: unitIds } };
    }
  }
}

/** What their shares follow from, as it is now. */
export async function standingsOf(
  connection: Connection,
  households: readonly Household[],
): Promise<(Standing & { household: Household })[]> {
  const theirs = { householdId: { $in: households.map(({ _id }) => _id) } };
  const [residents, inMeter] = await Promise.all([
    residentModel(connection).find(theirs, { householdId: 1 }).lean<{ householdId: string }[]>(),
    circuitModel(connection).distinct("householdId", { ...theirs, creditPlace: "meter" }),
  ]);
  const byHousehold = groupBy(residents, ({ householdId }) => householdId);
  const holders = new Set<string | null>(inMeter);
  return households.map((household) => ({
    household,
    residents: byHousehold.get(household._id)?.length ?? 0,
    hasCreditInMeter: holders.has(household._id),
  }));
}
