import { localDay } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { type Alarm, alarmModel } from "../alarms/alarm.model.ts";
import { type NetworkNames, subjectNames } from "../alarms/subject-names.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { mondayOf } from "./day-use.ts";
import type { Cause } from "./notice.ts";
import { recordCauses } from "./record-causes.ts";

const AT_ONCE = 200;

/** Alarms carry a mark from their raising until they are looked at here: a crash in between loses none. */
export async function findAlarmCauses(connection: Connection, names: NetworkNames): Promise<void> {
  const alarms = alarmModel(connection);
  for (;;) {
    const due = await alarms.find({ noticeDue: true }).limit(AT_ONCE).lean<Alarm[]>();
    if (due.length === 0) return;
    const nameOf = await subjectNames(
      connection,
      names,
      due.map(({ subject }) => subject),
    );
    const zones = await zonesOf(connection, due);
    await recordCauses(
      connection,
      due.flatMap((alarm) =>
        alarmCause(alarm, { subject: nameOf(alarm.subject), timeZone: zones.get(alarm.siteId) ?? "UTC" }),
      ),
    );
    // Raised again meanwhile, perhaps for a worse level, it is looked at again.
    const looked = due.map(({ _id, lastRaisedAt }) => ({
      updateOne: { filter: { _id, lastRaisedAt }, update: { $unset: { noticeDue: 1 as const } } },
    }));
    await alarms.bulkWrite(looked, { ordered: false });
    if (due.length < AT_ONCE) return;
  }
}

/**
 * Pure. What is over, or already in somebody's care, is told to nobody. A balance is told of once per household, level and
 * day, however many circuits the household has.
 */
export function alarmCause(alarm: Alarm, named: { subject: string; timeZone: string }): Cause[] {
  const { _id: alarmId, siteId, kind, severity, params, state, lastRaisedAt: at } = alarm;
  if (state !== "raised") return [];
  const householdId = alarm.subject.householdId ?? null;
  const whose = { siteId, householdId, at };
  const { balanceMinor, levelMinor, level, purchaseId, amountMinor, state: sale } = params;
  if (kind === "low-balance") {
    if (householdId === null || typeof balanceMinor !== "number" || typeof levelMinor !== "number") return [];
    const day = localDay(at.getTime(), named.timeZone);
    const notice = {
      kind: level === 2 ? ("balance-reminder" as const) : ("balance-low" as const),
      params: { balanceMinor, levelMinor },
    };
    return [{ ...whose, key: `${notice.kind}:${householdId}:${day}`, notice }];
  }
  if (kind === "sale-doubtful" && typeof purchaseId === "string" && typeof amountMinor === "number") {
    const saleState = sale === "failed" ? "failed" : "unknown";
    const notice = {
      kind: "sale-failed" as const,
      params: { alarmId, purchaseId, amountMinor, state: saleState } as const,
    };
    return [{ ...whose, key: `sale-failed:${alarmId}:${saleState}`, notice }];
  }
  const { day, wh, circuit } = params;
  const { circuitId } = alarm.subject;
  if (kind === "vacant-use" && typeof day === "string" && typeof wh === "number" && circuitId !== undefined) {
    const notice = { kind: "vacant-use" as const, params: { day, wh, circuitId, circuit: String(circuit) } };
    // Once a week, however long it lasts.
    return [{ ...whose, key: `vacant-use:${circuitId}:${mondayOf(day)}`, notice }];
  }
  const notice = {
    kind: "alarm" as const,
    params: { alarmId, alarm: kind, severity, subject: named.subject },
  };
  return [{ ...whose, key: `alarm:${alarmId}:${severity}`, notice }];
}

async function zonesOf(connection: Connection, alarms: readonly Alarm[]): Promise<Map<string, string>> {
  const sites = await siteModel(connection)
    .find({ _id: { $in: [...new Set(alarms.map(({ siteId }) => siteId))] } })
    .lean<Site[]>();
  return new Map(sites.map(({ _id, timeZone }) => [_id, timeZone]));
}
