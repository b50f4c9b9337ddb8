import type { Connection } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import { insertMissing } from "../db/insert-missing.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { type Unit, unitModel } from "../places/unit.model.ts";
import type { Cause, NoticePlace } from "./notice.ts";
import { type NoticeCause, noticeCauseModel } from "./notice-cause.model.ts";

/** Keeps each cause once, however often and by however many processes it is found. */
export async function recordCauses(connection: Connection, causes: readonly Cause[]): Promise<void> {
  if (causes.length === 0) return;
  const model = noticeCauseModel(connection);
  const known = new Set<string>(
    (await model.find({ _id: { $in: causes.map(({ key }) => key) } }, { _id: 1 }).lean()).map(
      ({ _id }) => _id,
    ),
  );
  const news = causes.filter(({ key }) => !known.has(key));
  if (news.length === 0) return;
  const placeOf = await placesOf(connection, news);
  const rows = news.flatMap((cause): NoticeCause[] => {
    const place = placeOf(cause);
    if (!place) return [];
    const { key: _id, siteId, householdId, at, notice } = cause;
    return [{ _id, siteId, householdId, at, notice, place, waits: true }];
  });
  if (rows.length > 0) await insertMissing(model, rows);
}

type Whose = Pick<Cause, "siteId" | "householdId">;

/** Undefined for a site that is no more. */
async function placesOf(
  connection: Connection,
  causes: readonly Whose[],
): Promise<(cause: Whose) => NoticePlace | undefined> {
  const householdIds = [...groupBy(causes, ({ householdId }) => householdId).keys()].filter(
    (id) => id !== null,
  );
  const [sites, households] = await Promise.all([
    siteModel(connection)
      .find({ _id: { $in: [...groupBy(causes, ({ siteId }) => siteId).keys()] } })
      .lean<Site[]>(),
    householdModel(connection)
      .find({ _id: { $in: householdIds } })
      .lean<Household[]>(),
  ]);
  const units = await unitModel(connection)
    .find({ _id: { $in: households.map(({ unitId }) => unitId) } })
    .lean<Unit[]>();
  const [siteById, householdById, unitById] = [byId(sites), byId(households), byId(units)];
  return ({ siteId, householdId }) => {
    const site = siteById.get(siteId);
    const household = householdId === null ? undefined : householdById.get(householdId);
    if (!site) return undefined;
    return {
      site: site.name,
      timeZone: site.timeZone,
      currency: site.currency,
      currencyDigits: site.currencyDigits,
      household: household?.name ?? null,
      unit: (household && unitById.get(household.unitId)?.name) ?? null,
    };
  };
}

function byId<Row extends { _id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row._id, row]));
}
