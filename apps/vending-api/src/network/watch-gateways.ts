import { ALARM_KINDS } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { clearAlarm, raiseAlarm } from "../alarms/alarms.ts";
import type { Deps } from "../deps.ts";
import { type Gateway, gatewayModel } from "./gateway.model.ts";

/** A gateway that has anything to say says it every second, and polls when idle. Range 20 s–10 min. */
const OFFLINE_AFTER_MS = 60_000;
/** Writing each contact would be a write a second; range 1–15 s. */
const SEEN_RESOLUTION_MS = 5000;

export function isOnline(gateway: Pick<Gateway, "lastSeenAt">, now: Date): boolean {
  return gateway.lastSeenAt !== null && now.getTime() - gateway.lastSeenAt.getTime() < OFFLINE_AFTER_MS;
}

/** Notes that the gateway was heard. True when that is written, every few seconds: a beat for what need not go faster. */
export async function noteSeen(connection: Connection, gatewayId: string, now: Date): Promise<boolean> {
  const before = new Date(now.getTime() - SEEN_RESOLUTION_MS);
  const noted = await gatewayModel(connection).updateOne(
    { _id: gatewayId, $or: [{ lastSeenAt: null }, { lastSeenAt: { $lt: before } }] },
    { $set: { lastSeenAt: now } },
  );
  return noted.modifiedCount > 0;
}

/** Raises and clears `gateway-offline`. A gateway that was never heard is not missed. */
export async function watchGateways(deps: Deps, now: Date): Promise<void> {
  const gateways = await gatewayModel(deps.connection)
    .find({ lastSeenAt: { $ne: null } })
    .lean<Gateway[]>();
  for (const gateway of gateways) {
    const { _id, siteId, name, lastSeenAt } = gateway;
    const key = `gateway-offline:${_id}`;
    if (isOnline(gateway, now)) {
      await clearAlarm(deps, { siteId, key, at: now });
      continue;
    }
    const since = lastSeenAt ?? now;
    await raiseAlarm(deps, {
      siteId,
      key,
      kind: "gateway-offline",
      severity: ALARM_KINDS["gateway-offline"].severity,
      // Since when, not since when we looked: the same silence raises one alarm, counted once.
      at: since,
      subject: {},
      params: { gatewayId: _id, gatewayName: name, lastSeenAt: since.toISOString() },
    });
  }
}
