/** Weeks that a household's day is compared with. Range 4–26: long enough for a median, short enough for the season. */
export const COMPARED_WEEKS = 8;
/** Days of the same weekday that must be known, or nothing is said. */
export const LEAST_KNOWN_DAYS = 4;
/** Below 1 kWh above the usual nobody has forgotten anything that matters. Range 0.2–5 kWh. */
export const LEAST_EXCESS_WH = 1000;
/** Times the usual. Range 1.5–4: laundry day is within it, a heater left on all day is not. */
const TIMES_USUAL = 2;

/**
 * A day is abnormal when it lies above all of: twice the median of the same weekday in the last eight weeks; that median plus
 * 1 kWh; and that median plus three standard deviations, estimated as 1.5 × the median absolute deviation (1.4826 × for normal
 * values, rounded up), so that one odd week neither hides the next nor makes it. Undefined for a usual day, or when fewer than
 * four such days are known. Wh.
 */
export function abnormalUse(wh: number, sameWeekdayWh: readonly number[]): { usualWh: number } | undefined {
  if (sameWeekdayWh.length < LEAST_KNOWN_DAYS) return undefined;
  const usualWh = median(sameWeekdayWh);
  const deviationWh = median(sameWeekdayWh.map((each) => Math.abs(each - usualWh)));
  const limitWh = Math.max(
    TIMES_USUAL * usualWh,
    usualWh + LEAST_EXCESS_WH,
    usualWh + Math.ceil((9 * deviationWh) / 2),
  );
  return wh > limitWh ? { usualWh } : undefined;
}

/** Of at least one value; between two middle ones, rounded down. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] as number;
  return Math.floor((lower + upper) / 2);
}
