import type { Connection } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import { estimateGaps, hasGaps, type ReadingLine, SHAPE_WEEKS } from "./estimate-gaps.ts";
import { type LoadProfileDay, loadProfileModel, readingsOf, utcDay } from "./load-profile.model.ts";
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

interface Span {
  fromMs: number;
  toMs: number;
}

/** A silence is cut at local midnight, so its ends are never further away than that. */
const GAP_REACH_MS = 2 * DAY_MS;
const SHAPE_REACH_MS = SHAPE_WEEKS * 7 * DAY_MS;

/** The intervals that begin in [from, to), both rounded down to a boundary. */
export async function readIntervals(
  connection: Connection,
  circuitId: string,
  span: Span,
): Promise<Interval[]> {
  const [intervals = []] = await readIntervalsOf(connection, [circuitId], span);
  return intervals;
}

/** The same for several circuits, in one query, or two where there are silences to estimate; in the order of the ids. */
export async function readIntervalsOf(
  connection: Connection,
  circuitIds: readonly string[],
  span: Span,
): Promise<Interval[][]> {
  const near = { fromMs: span.fromMs - GAP_REACH_MS, toMs: span.toMs + GAP_REACH_MS };
  const known = await readLines(connection, circuitIds, near);
  const silent = circuitIds.filter((id) => hasGaps(known.get(id) ?? emptyLine(near)));
  const shaped = await readLines(connection, silent, { ...near, fromMs: near.fromMs - SHAPE_REACH_MS });
  return circuitIds.map((id) => {
    const line = shaped.get(id) ?? known.get(id) ?? emptyLine(near);
    return intervalsFrom(line, span.fromMs, span.toMs);
  });
}

/** Readings of the whole UTC days that the span touches, silences estimated. */
export async function readLine(connection: Connection, circuitId: string, span: Span): Promise<ReadingLine> {
  const lines = await readLines(connection, [circuitId], span);
  return estimateGaps(lines.get(circuitId) ?? emptyLine(span));
}

async function readLines(
  connection: Connection,
  circuitIds: readonly string[],
  { fromMs, toMs }: Span,
): Promise<Map<string, ReadingLine>> {
  if (circuitIds.length === 0) return new Map();
  const rows = await loadProfileModel(connection)
    .find({ circuitId: { $in: [...circuitIds] }, day: { $gte: utcDay(fromMs), $lte: utcDay(toMs) } })
    .lean<LoadProfileDay[]>();
  const byCircuit = groupBy(rows, (row) => row.circuitId);
  return new Map(
    [...byCircuit].map(([circuitId, days]) => [circuitId, lineFrom(days, { fromMs, toMs })] as const),
  );
}

/** Whole UTC days from the one of `fromMs` to the one of `toMs`. */
export function lineFrom(days: readonly LoadProfileDay[], span: Span): ReadingLine {
  const line = emptyLine(span);
  for (const row of days) {
    const start = Date.parse(row.day) / INTERVAL_MS - line.first;
    const { readings, flags } = readingsOf(row);
    for (let slot = 0; slot < INTERVALS_PER_DAY; slot += 1) {
      line.readings[start + slot] = readings[slot] ?? null;
      line.flags[start + slot] = flags[slot] ?? FLAG_LEVELS.good;
    }
  }
  return line;
}

function emptyLine({ fromMs, toMs }: Span): ReadingLine {
  const firstDay = Math.floor(fromMs / DAY_MS);
  const length = (Math.floor(toMs / DAY_MS) - firstDay + 1) * INTERVALS_PER_DAY;
  return {
    first: firstDay * INTERVALS_PER_DAY,
    readings: new Array<number | null>(length).fill(null),
    flags: new Array<number>(length).fill(FLAG_LEVELS.good),
  };
}

/** Pure: differences of neighbouring readings. An interval without one of its two readings is missing. */
export function intervalsFrom(known: ReadingLine, fromMs: number, toMs: number): Interval[] {
  const line = estimateGaps(known);
  const first = Math.floor(fromMs / INTERVAL_MS);
  const end = Math.floor(toMs / INTERVAL_MS);
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => {
    const interval = first + index;
    const own = line.readings[interval - line.first] ?? null;
    const before = line.readings[interval - line.first - 1] ?? null;
    const wh = own === null || before === null ? null : own - before;
    const level = line.flags[interval - line.first] ?? FLAG_LEVELS.good;
    return { at: new Date(interval * INTERVAL_MS), wh, flag: flagOf(wh, level) };
  });
}

function flagOf(wh: number | null, level: number): IntervalFlag {
  if (level === FLAG_LEVELS.suspect) return "suspect";
  if (wh === null) return "missing";
  return level === FLAG_LEVELS.estimated ? "estimated" : "good";
}
