import { ALARM_KINDS } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { type Alarm, alarmModel } from "../alarms/alarm.model.ts";
import { clearAlarm, raiseAlarm } from "../alarms/alarms.ts";
import type { Deps } from "../deps.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { householdModel } from "../places/household.model.ts";
import type { Site } from "../places/site.model.ts";
import { accrualModel } from "../rating/accrual.model.ts";
import { endOf, usesByDay } from "./day-use.ts";

/** What stands by in an empty room stays below: 12 W all day. Range 100–1000 Wh. */
const VACANT_USE_WH = 300;

interface VacantUse {
  circuitId: string;
  circuit: string;
  wh: number;
}

const keyOf = (circuitId: string): string => `vacant-use:${circuitId}`;

/** An alarm for each circuit that was used on a day though nobody lives there; those of days before that stopped, or were let, end. */
export async function judgeVacantUse(
  deps: Pick<Deps, "connection" | "changes">,
  site: Site,
  day: string,
): Promise<void> {
  const { _id: siteId } = site;
  const at = endOf(day, site);
  const uses = await vacantUses(deps.connection, site, day);
  for (const { circuitId, circuit, wh } of uses)
    await raiseAlarm(deps, {
      siteId,
      key: keyOf(circuitId),
      kind: "vacant-use",
      severity: ALARM_KINDS["vacant-use"].severity,
      at,
      subject: { circuitId },
      params: { day, wh, circuit },
    });
  const used = new Set(uses.map(({ circuitId }) => keyOf(circuitId)));
  const standing = await alarmModel(deps.connection)
    .find({ siteId, kind: "vacant-use", clearedAt: null }, { key: 1 })
    .lean<Pick<Alarm, "key">[]>();
  for (const { key } of standing) if (!used.has(key)) await clearAlarm(deps, { siteId, key, at });
}

/** Of rooms: of circuits that some household has had. Corridors and master meters never had one. */
async function vacantUses(connection: Connection, site: Site, day: string): Promise<VacantUse[]> {
  const open: string[] = await householdModel(connection).distinct("_id", {
    siteId: site._id,
    status: "open",
  });
  const unoccupied = await circuitModel(connection)
    .find({ siteId: site._id, commissionedAt: { $ne: null }, householdId: { $nin: open } }, { name: 1 })
    .lean<Pick<Circuit, "_id" | "name">[]>();
  const uses = await usesByDay(connection, {
    circuitId: { $in: unoccupied.map(({ _id }) => _id) },
    day,
    householdId: { $nin: open },
  });
  const found: VacantUse[] = [];
  for (const { _id: circuitId, name: circuit } of unoccupied) {
    const wh = uses.filter((use) => use.circuitId === circuitId).reduce((sum, use) => sum + use.wh, 0);
    if (wh < VACANT_USE_WH) continue;
    if (await accrualModel(connection).exists({ circuitId, householdId: { $ne: null } }))
      found.push({ circuitId, circuit, wh });
  }
  return found;
}
