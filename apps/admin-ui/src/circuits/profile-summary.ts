import type { IntervalFlag, LoadProfile } from "../api/rows.ts";

export interface ProfileSummary {
  totalWh: number;
  /** Mean power of the strongest interval. */
  peakW: number;
  peakAt: string;
}

/** What a day's profile comes to; null when nothing was recorded. */
export function summarise(profile: LoadProfile): ProfileSummary | null {
  const { wh: uses, intervalMinutes } = profile;
  let totalWh = 0;
  let peak: { index: number; wh: number } | null = null;
  for (const [index, wh] of uses.entries()) {
    if (wh === null) continue;
    totalWh += wh;
    if (peak === null || wh > peak.wh) peak = { index, wh };
  }
  if (peak === null) return null;
  return {
    totalWh,
    peakW: meanPowerW(peak.wh, intervalMinutes),
    peakAt: new Date(beginMsOf(profile, peak.index)).toISOString(),
  };
}

export const meanPowerW = (wh: number, intervalMinutes: number): number =>
  Math.round((wh * 60) / intervalMinutes);

export const beginMsOf = (
  { from, intervalMinutes }: Pick<LoadProfile, "from" | "intervalMinutes">,
  index: number,
): number => Date.parse(from) + index * intervalMinutes * 60_000;

const FLAGS: Readonly<Record<string, IntervalFlag>> = { g: "good", e: "estimated", s: "suspect" };

/** Row by row, for a day or a week. */
export function intervalsOf(profile: LoadProfile): { at: string; wh: number | null; flag: IntervalFlag }[] {
  return profile.wh.map((wh, index) => ({
    at: new Date(beginMsOf(profile, index)).toISOString(),
    wh,
    flag: FLAGS[profile.flags[index] ?? ""] ?? "missing",
  }));
}
