import type { UnitId } from "@hallmeter/meter-model";
import type { BusState } from "../bus/bus.ts";
import type { Condition } from "./alarm-book.ts";
import { alarmKey } from "./circuit-items.ts";

/** A unit that misses a few polls is no alarm. Range 10–300 s. */
const OFFLINE_BEFORE_ALARM_MS = 30_000;
/** After a bus comes back its units need this to be found again. Range 10–120 s: the longest probe pause is 60 s. */
const GRACE_AFTER_UP_MS = 60_000;
/** Two units answering on one address: the alarm stands until this long after the last clash. */
const DUPLICATE_REMEMBERED_MS = 10 * 60_000;

export interface UnitStanding {
  unitId: UnitId;
  circuitId: string;
  meterId: string;
  /** null while online or flaky. */
  offlineSinceMs: number | null;
  duplicateSeenMs: number | null;
}

export interface BusStanding {
  busId: string;
  state: BusState;
  detail: string;
  isAlarm: boolean;
  upSinceMs: number | null;
  units: readonly UnitStanding[];
}

/**
 * One alarm for a dead bus, and none for the units behind it.
 * @returns what holds, and whether the units could be judged at all
 */
export function busConditions(
  bus: BusStanding,
  nowMs: number,
): { conditions: Condition[]; judgesUnits: boolean } {
  const { busId, state, upSinceMs } = bus;
  const subject = { busId };
  if (state === "jammed")
    return {
      conditions: [
        { key: alarmKey("bus-jammed", busId), kind: "bus-jammed", subject, params: { detail: bus.detail } },
      ],
      judgesUnits: false,
    };
  const down = (detail: string): Condition => ({
    key: alarmKey("bus-down", busId),
    kind: "bus-down",
    subject,
    params: { detail },
  });
  if (state !== "up") return { conditions: bus.isAlarm ? [down(bus.detail)] : [], judgesUnits: false };

  const conditions: Condition[] = bus.units
    .filter(
      ({ duplicateSeenMs }) => duplicateSeenMs !== null && nowMs - duplicateSeenMs < DUPLICATE_REMEMBERED_MS,
    )
    .map(({ unitId, circuitId, meterId }) => ({
      key: alarmKey("duplicate-address", `${busId}:${unitId}`),
      kind: "duplicate-address",
      subject: { busId, circuitId, meterId },
      params: { unitId },
    }));
  if (upSinceMs === null || nowMs - upSinceMs < GRACE_AFTER_UP_MS) return { conditions, judgesUnits: false };
  const offline = bus.units.filter(
    ({ offlineSinceMs }) => offlineSinceMs !== null && nowMs - offlineSinceMs >= OFFLINE_BEFORE_ALARM_MS,
  );
  if (bus.units.length > 1 && offline.length === bus.units.length)
    return { conditions: [...conditions, down("no unit answers")], judgesUnits: false };
  return {
    conditions: [
      ...conditions,
      ...offline.map(
        ({ unitId, circuitId, meterId }): Condition => ({
          key: alarmKey("unit-offline", `${busId}:${unitId}`),
          kind: "unit-offline",
          subject: { busId, circuitId, meterId },
          params: { unitId },
        }),
      ),
    ],
    judgesUnits: true,
  };
}

/** When the passing of time alone may change what holds; Infinity for never. */
export function nextConditionMs({ upSinceMs, units }: BusStanding, nowMs: number): number {
  const edges = units.flatMap(({ offlineSinceMs, duplicateSeenMs }) => [
    offlineSinceMs === null ? 0 : offlineSinceMs + OFFLINE_BEFORE_ALARM_MS,
    duplicateSeenMs === null ? 0 : duplicateSeenMs + DUPLICATE_REMEMBERED_MS,
  ]);
  if (upSinceMs !== null) edges.push(upSinceMs + GRACE_AFTER_UP_MS);
  return Math.min(...edges.filter((edgeMs) => edgeMs > nowMs));
}
