import type { LoadProfile } from "../api/rows.ts";

export interface ProfileSummary {
  totalWh: number;
  /** Mean power of the strongest interval. */
  peakW: number;
  peakAt: string;
}

/** What a day's profile comes to; null when nothing was recorded. */
export function summarise({ intervals, intervalMinutes }: LoadProfile): ProfileSummary | null {
  let totalWh = 0;
  let peak: { at: string; wh: number } | null = null;
  for (const { at, wh } of intervals) {
    if (wh === null) continue;
    totalWh += wh;
    if (peak === null || wh > peak.wh) peak = { at, wh };
  }
  if (peak === null) return null;
  return { totalWh, peakW: meanPowerW(peak.wh, intervalMinutes), peakAt: peak.at };
}

export const meanPowerW = (wh: number, intervalMinutes: number): number =>
  Math.round((wh * 60) / intervalMinutes);
