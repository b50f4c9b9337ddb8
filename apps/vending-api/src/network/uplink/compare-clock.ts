import { ALARM_KINDS, type Sample } from "@hallmeter/meter-model";
import { clearAlarm, raiseAlarm } from "../../alarms/alarms.ts";
import type { Deps } from "../../deps.ts";
import type { Gateway } from "../gateway.model.ts";

/** domain.md: "clock off by > 10 s warn, > 60 s fail". A request is on its way for less than the first. */
const WARN_OFF_MS = 10_000;
export const FAIL_OFF_MS = 60_000;

/**
 * How far a gateway's clock is from ours, ms; ahead is positive, and 0 where it does not tell. `senderTime` is the Date of its
 * request (RFC 9110, 6.6.1). Raises and clears its alarm.
 */
export async function compareClock(
  deps: Deps,
  gateway: Gateway,
  senderTime: string | undefined,
): Promise<number> {
  const sentMs = senderTime === undefined ? Number.NaN : Date.parse(senderTime);
  if (Number.isNaN(sentMs)) return 0;
  const now = deps.clock.now();
  const offMs = sentMs - now.getTime();
  const { _id, siteId } = gateway;
  const condition = { siteId, key: `clock-off:${_id}`, at: now };
  if (Math.abs(offMs) <= WARN_OFF_MS) await clearAlarm(deps, condition);
  else
    await raiseAlarm(deps, {
      ...condition,
      kind: "clock-off",
      severity: Math.abs(offMs) > FAIL_OFF_MS ? "high" : ALARM_KINDS["clock-off"].severity,
      subject: {},
      params: { gatewayId: _id, gateway: gateway.name, offS: Math.round(offMs / 1000) },
    });
  return offMs;
}

/** From the failing limit on no time of these samples is believed: what they show is held until a person has looked. */
export function doubtedByClock(offMs: number, samples: readonly Sample[]): Sample[] {
  if (Math.abs(offMs) <= FAIL_OFF_MS) return [...samples];
  return samples.map((sample) => ({
    ...sample,
    flags: [...new Set([...sample.flags, "clock-unsure" as const])],
  }));
}
