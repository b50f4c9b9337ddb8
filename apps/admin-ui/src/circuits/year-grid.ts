import type { LoadProfile } from "../api/rows.ts";
import { offsetReader } from "../format/format.ts";
import { beginMsOf, meanPowerW } from "./profile-summary.ts";

const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;
export const QUARTERS = 96;
/** In a grid: nothing was measured, or the year has not come so far. */
export const NO_POWER = -1;

export interface YearGrid {
  /** Local date of the first column, "YYYY-MM-DD". */
  firstDay: string;
  days: number;
  /** Mean power of each quarter of an hour, column by column: `powerW[day * 96 + quarter]`. */
  powerW: Int32Array;
  /** The colour scale ends here: the highest but for the strongest hundredth, so that one kettle does not wash out a year. */
  fullW: number;
}

/**
 * Intervals on the site's wall clock. The hour that a change of clocks repeats shows its stronger half; the one it skips stays
 * empty.
 */
export function yearGrid(profile: LoadProfile, timeZone: string, firstDay: string, days: number): YearGrid {
  const powerW = new Int32Array(days * QUARTERS).fill(NO_POWER);
  const firstMs = Date.parse(`${firstDay}T00:00:00Z`);
  const offsetAt = offsetReader(timeZone);
  let offsetMs = 0;
  let offsetUntilMs = Number.NEGATIVE_INFINITY;
  const beginMs = beginMsOf(profile, 0);
  for (const [index, wh] of profile.wh.entries()) {
    if (wh === null) continue;
    const atMs = beginMs + index * profile.intervalMinutes * 60_000;
    // Clocks change on a full quarter of an hour, and asking for each interval would take longer than all the rest.
    if (atMs >= offsetUntilMs) {
      offsetMs = offsetAt(atMs);
      const laterMs = atMs + DAY_MS;
      offsetUntilMs = offsetAt(laterMs) === offsetMs ? laterMs : atMs + QUARTER_MS;
    }
    const sinceMs = atMs + offsetMs - firstMs;
    const cell = Math.floor(sinceMs / QUARTER_MS);
    if (cell < 0 || cell >= powerW.length) continue;
    powerW[cell] = Math.max(powerW[cell] ?? NO_POWER, meanPowerW(wh, profile.intervalMinutes));
  }
  return { firstDay, days, powerW, fullW: fullScaleW(powerW) };
}

function fullScaleW(powerW: Int32Array): number {
  const measured = powerW.filter((power) => power > 0).sort();
  return Math.max(1, measured[Math.floor(measured.length * 0.99)] ?? 1);
}

export interface MonthRow {
  /** "YYYY-MM". */
  month: string;
  wh: number;
  peakW: number;
  peakDay: string;
  peakQuarter: number;
  /** Quarters of an hour without a figure, of those that are over. */
  missing: number;
}

export const dayOf = (firstDay: string, day: number): string =>
  new Date(Date.parse(`${firstDay}T00:00:00Z`) + day * DAY_MS).toISOString().slice(0, 10);

/** The same year as rows for those who read; months without any figure are left out. */
export function monthRows({ firstDay, days, powerW }: YearGrid): MonthRow[] {
  const rows = new Map<string, MonthRow & { measured: number }>();
  for (let day = 0; day < days; day++) {
    const date = dayOf(firstDay, day);
    const month = date.slice(0, 7);
    const row = rows.get(month) ?? {
      ...{ month, wh: 0, peakW: NO_POWER, peakDay: date, peakQuarter: 0, missing: 0, measured: 0 },
    };
    rows.set(month, row);
    for (let quarter = 0; quarter < QUARTERS; quarter++) {
      const power = powerW[day * QUARTERS + quarter] ?? NO_POWER;
      if (power === NO_POWER) {
        row.missing += 1;
        continue;
      }
      row.measured += 1;
      row.wh += power / 4;
      if (power > row.peakW) Object.assign(row, { peakW: power, peakDay: date, peakQuarter: quarter });
    }
  }
  return [...rows.values()]
    .filter(({ measured }) => measured > 0)
    .map(({ measured: _measured, wh, ...row }) => ({ ...row, wh: Math.round(wh) }));
}

/** "13:45" of the 55th quarter of an hour. */
export const quarterText = (quarter: number): string =>
  `${String(Math.floor(quarter / 4)).padStart(2, "0")}:${String((quarter % 4) * 15).padStart(2, "0")}`;
