import type { HoldParams, MeterEventKind, MeterEventReading } from "@hallmeter/meter-model";
import type { MeterRecord } from "../../store/records.ts";

/** What a counter has counted stands as an alarm for so long, for it names no end. Range 1–72 h. */
const COUNTED_STANDS_MS = 24 * 3_600_000;

type Counts = MeterRecord["counts"];

export interface MeterCondition {
  kind: MeterEventKind;
  stands: boolean;
  params: HoldParams;
}

export interface JudgedEvents {
  /** One for each kind that may raise an alarm. */
  conditions: MeterCondition[];
  /** What was counted since the last reading, and unsure bits that stand: to be told once. */
  began: { kind: MeterEventKind; params: HoldParams }[];
  counts: Counts;
  hasNewCounts: boolean;
}

/**
 * What the meter's reports mean. A counter's first reading is where counting begins; one that fell is another meter's, or was
 * cleared. An unsure report is an event when it begins and never an alarm.
 */
export function judgeMeterEvents(
  readings: readonly MeterEventReading[],
  known: Readonly<Counts>,
  nowMs: number,
): JudgedEvents {
  const counts: Counts = { ...known };
  const began: JudgedEvents["began"] = [];
  const conditions = new Map<MeterEventKind, MeterCondition>();
  for (const { kind, register, stands, count, unsure } of readings) {
    const value = count ?? (stands === true ? 1 : 0);
    const key = `${kind} ${register}`;
    const before = known[key];
    const hasRisen = before !== undefined && value > before.count;
    const roseAtMs = hasRisen ? nowMs : (before?.roseAtMs ?? null);
    const isNoted = count !== null || unsure !== undefined;
    if (isNoted) counts[key] = { count: value, roseAtMs };
    const params: HoldParams = { register, ...(count === null ? {} : { count }) };
    if (isNoted && hasRisen)
      began.push({ kind, params: { ...params, ...(unsure === undefined ? {} : { unsure }) } });
    if (unsure !== undefined) continue;
    const holds =
      count === null ? stands === true : roseAtMs !== null && nowMs - roseAtMs < COUNTED_STANDS_MS;
    const other = conditions.get(kind);
    if (other === undefined || holds) conditions.set(kind, { kind, stands: holds, params });
  }
  const hasNewCounts = JSON.stringify(counts) !== JSON.stringify(known);
  return { conditions: [...conditions.values()], began, counts, hasNewCounts };
}
