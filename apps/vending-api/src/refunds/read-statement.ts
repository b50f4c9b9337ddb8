import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import { householdAccount, type LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { type Building, buildingModel } from "../places/building.model.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Resident, residentModel } from "../places/resident.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { type Unit, unitModel } from "../places/unit.model.ts";
import { findTariffs } from "../tariffs/tariff.model.ts";
import type { Refund } from "./refund.model.ts";
import { type RefundStatement, refundStatementOf } from "./statement.ts";
import { type Withdrawal, withdrawalId, withdrawalModel } from "./withdrawal.model.ts";

/** The statement of one household of a refund. Throws `not-found` before its withdrawal has begun. */
export async function readStatement(
  connection: Connection,
  refund: Refund,
  householdId: string,
): Promise<RefundStatement> {
  const { siteId } = refund;
  const [withdrawal, household, site, residents, entries] = await Promise.all([
    withdrawalModel(connection).findById(withdrawalId(refund._id, householdId)).lean<Withdrawal | null>(),
    householdModel(connection).findById(householdId).lean<Household | null>(),
    siteModel(connection).findById(siteId).lean<Site | null>(),
    residentModel(connection).find({ householdId }).sort({ _id: 1 }).lean<Resident[]>(),
    journalModel(connection)
      .find({ siteId, account: householdAccount(householdId) })
      .sort({ seq: 1 })
      .lean<LedgerEntry[]>(),
  ]);
  if (!withdrawal || !household || !site) throw new ApiError("not-found");
  return refundStatementOf({
    site,
    household,
    rooms: await roomsOf(connection, household),
    residents: residents.map(({ name }) => name),
    entries,
    rateNames: await rateNamesOf(connection, entries),
    refund,
    withdrawal,
  });
}

async function roomsOf(
  connection: Connection,
  { unitId, pastRooms = [], openedAt, closedAt }: Household,
): Promise<{ name: string; from: Date; until: Date | null }[]> {
  const stays = [...pastRooms, { unitId, from: pastRooms.at(-1)?.until ?? openedAt, until: closedAt }];
  const units = await unitModel(connection)
    .find({ _id: { $in: stays.map((stay) => stay.unitId) } })
    .lean<Unit[]>();
  const buildings = await buildingModel(connection)
    .find({ _id: { $in: units.map(({ buildingId }) => buildingId) } })
    .lean<Building[]>();
  const buildingNames = new Map(buildings.map(({ _id, name }) => [_id, name]));
  const names = new Map(
    units.map(({ _id, name, buildingId }) => [_id, `${buildingNames.get(buildingId) ?? ""} ${name}`.trim()]),
  );
  return stays.map(({ unitId: id, from, until }) => ({ name: names.get(id) ?? "", from, until }));
}

async function rateNamesOf(
  connection: Connection,
  entries: readonly LedgerEntry[],
): Promise<Map<string, string>> {
  const ids = entries.flatMap(({ details }) =>
    typeof details.tariffId === "string" ? [details.tariffId] : [],
  );
  const names = new Map<string, string>();
  for (const { _id, versions } of await findTariffs(connection, [...new Set(ids)]))
    for (const { number, tariff } of versions)
      for (const rate of tariff.rates) names.set(`${_id}:${number}:${rate.id}`, rate.name);
  return names;
}
