/** What would take a year to happen, written straight into the store in the shape that it would have. */
import { ALARM_KIND_NAMES, ALARM_KINDS, SEVERITIES } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { type Alarm, alarmModel } from "../../../apps/vending-api/src/alarms/alarm.model.ts";
import { UNSHELVED } from "../../../apps/vending-api/src/alarms/alarms.ts";
import { newId } from "../../../apps/vending-api/src/db/model.ts";
import type { LargePlaces } from "./large-site.ts";

const PER_INSERT = 5000;
const STATES = ["raised", "cleared", "acknowledged", "cleared"] as const;

/** A quarter each open and new, open and acknowledged; half are over. */
export async function addAlarms(connection: Connection, site: LargePlaces, count: number): Promise<void> {
  const nowMs = Date.now();
  for (let first = 0; first < count; first += PER_INSERT)
    await alarmModel(connection).insertMany(
      Array.from({ length: Math.min(PER_INSERT, count - first) }, (_, index) =>
        alarmAt(site, first + index, nowMs - (count - first - index) * 1000),
      ),
      { lean: true },
    );
}

function alarmAt({ siteId, circuits }: LargePlaces, index: number, atMs: number): Alarm {
  const kind = ALARM_KIND_NAMES[index % ALARM_KIND_NAMES.length] ?? "unit-offline";
  const { severity } = ALARM_KINDS[kind];
  const circuit = circuits[index % circuits.length];
  const at = new Date(atMs);
  const state = STATES[index % STATES.length] ?? "raised";
  const key = `${kind}:bench-${index}`;
  return {
    _id: newId(),
    siteId,
    key,
    standingKey: key,
    ...{ kind, severity, severityRank: SEVERITIES.indexOf(severity), state },
    raisedAt: at,
    lastRaisedAt: at,
    count: 1,
    clearedAt: state === "cleared" ? at : null,
    acknowledgedBy: state === "acknowledged" ? "Wu Gang" : null,
    acknowledgedAt: state === "acknowledged" ? at : null,
    comment: null,
    ...UNSHELVED,
    subject: {
      ...{ circuitId: circuit?.circuitId, meterId: circuit?.meterId, busId: circuit?.busId },
      ...(circuit?.householdId != null && { householdId: circuit.householdId }),
    },
    params: { misses: 3 },
    evidence: null,
  };
}
