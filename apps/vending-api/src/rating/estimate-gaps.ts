import { FLAG_LEVELS, INTERVALS_PER_DAY } from "./profile-marks.ts";

/** Neighbouring intervals of one circuit, from interval `first` since the epoch on. */
export interface ReadingLine {
  first: number;
  readings: (number | null)[];
  flags: number[];
}

const INTERVALS_PER_WEEK = 7 * INTERVALS_PER_DAY;
/** Same weekdays before the gap whose use gives the shape. Range 1–8. */
export const SHAPE_WEEKS = 4;

/**
 * Readings within silences whose both ends are known. What was used in between is exact; how it lies in time is taken from the
 * good intervals at the same time of the same weekday in the four weeks before, or spread evenly where there are none. Returns
 * the line with those readings filled in; what is missing stays missing.
 */
export function estimateGaps(line: ReadingLine): ReadingLine {
  const readings = [...line.readings];
  for (const { before, end } of gapsOf(line)) {
    const from = readings[before] ?? 0;
    const usedWh = (readings[end] ?? 0) - from;
    const weights = weightsOf(line, before + 1, end);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    for (const [index, weight] of weights.entries()) {
      sum += weight;
      readings[before + 1 + index] = from + Number((BigInt(usedWh) * BigInt(sum)) / BigInt(total));
    }
  }
  return { ...line, readings };
}

/** True when something would be estimated: only then the weeks before are needed. */
export function hasGaps(line: ReadingLine): boolean {
  return gapsOf(line).length > 0;
}

/** Each from the last known reading to the next one, with at least one flagged interval without a reading in between. */
function gapsOf({ readings, flags }: ReadingLine): { before: number; end: number }[] {
  const gaps: { before: number; end: number }[] = [];
  let before: number | undefined;
  for (let index = 0; index < readings.length; index += 1) {
    const isKnown = readings[index] !== null;
    const isFlagged = (flags[index] ?? 0) !== FLAG_LEVELS.good;
    if (isKnown && isFlagged && before !== undefined && index - before > 1) gaps.push({ before, end: index });
    if (isKnown) before = index;
    // Nobody has said that metering went on through it: missing, not estimated.
    else if (!isFlagged) before = undefined;
  }
  return gaps;
}

function weightsOf(line: ReadingLine, from: number, end: number): number[] {
  const weights = Array.from({ length: end - from + 1 }, (_, index) => {
    let wh = 0;
    for (let week = 1; week <= SHAPE_WEEKS; week += 1)
      wh += goodUse(line, from + index - week * INTERVALS_PER_WEEK);
    return wh;
  });
  return weights.some((weight) => weight > 0) ? weights : weights.map(() => 1);
}

function goodUse({ readings, flags }: ReadingLine, index: number): number {
  const own = readings[index] ?? null;
  const before = readings[index - 1] ?? null;
  if (own === null || before === null || flags[index] !== FLAG_LEVELS.good) return 0;
  return Math.max(0, own - before);
}
