import type { Connection } from "mongoose";
import { type LoadProfileDay, loadProfileModel, utcDay } from "./load-profile.model.ts";
import { DAY_MS, FLAG_LEVELS, INTERVAL_MS, INTERVALS_PER_DAY } from "./profile-marks.ts";

export const INTERVAL_FLAGS = ["good", "estimated", "missing", "suspect"] as const;
export type IntervalFlag = (typeof INTERVAL_FLAGS)[number];

export interface Interval {
  /** Beginning. */
  at: Date;
  /** Null when missing. */
  wh: number | null;
  flag: IntervalFlag;
}

/** The intervals that begin in [from, to), both rounded down to a boundary. */
export async function readIntervals(
  connection: Connection,
  circuitId: string,
  span: { fromMs: number; toMs: number },
): Promise<Interval[]> {
  const [intervals = []] = await readIntervalsOf(connection, [circuitId], span);
  return intervals;
}

/** The same for several circuits, in one query; in the order of the ids. */
export async function readIntervalsOf(
  connection: Connection,
  circuitIds: readonly string[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<Interval[][]> {
  // One interval more in front: a use is a difference.
  const days = { $gte: utcDay(fromMs - INTERVAL_MS), $lte: utcDay(toMs) };
  const rows = await loadProfileModel(connection)
    .find({ circuitId: { $in: [...circuitIds] }, day: days })
    .lean<LoadProfileDay[]>();
  return circuitIds.map((circuitId) =>
    intervalsFrom(
      rows.filter((row) => row.circuitId === circuitId),
      fromMs,
      toMs,
    ),
  );
}

/** Pure: differences of neighbouring readings. An interval without one of its two readings is missing. */
export function intervalsFrom(days: readonly LoadProfileDay[], fromMs: number, toMs: number): Interval[] {
  const byDay = new Map(days.map((day) => [day.day, day]));
  const at = (interval: number) => {
    const day = byDay.get(utcDay(Math.floor(interval / INTERVALS_PER_DAY) * DAY_MS));
    const slot = interval % INTERVALS_PER_DAY;
    return { readingWh: day?.readings[slot] ?? null, flag: day?.flags[slot] ?? FLAG_LEVELS.good };
  };
  const first = Math.floor(fromMs / INTERVAL_MS);
  const end = Math.floor(toMs / INTERVAL_MS);
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => {
    const interval = first + index;
    const own = at(interval);
    const before = at(interval - 1).readingWh;
    const wh = own.readingWh === null || before === null ? null : own.readingWh - before;
    return { at: new Date(interval * INTERVAL_MS), wh, flag: flagOf(wh, own.flag) };
  });
}

function flagOf(wh: number | null, level: number): IntervalFlag {
  if (level === FLAG_LEVELS.suspect) return "suspect";
  if (wh === null) return "missing";
  return level === FLAG_LEVELS.estimated ? "estimated" : "good";
}
