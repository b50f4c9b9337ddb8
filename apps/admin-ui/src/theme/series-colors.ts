import type { ThemeMode } from "./state-colors.ts";

/** Fills that lie on or beside each other in a chart: told apart by lightness as well, for those who see fewer colours. */
export const SERIES_COLORS = {
  light: ["#0b5563", "#4fa3b1", "#c98a12", "#7a5ea8", "#9aa8b0", "#b3261e"],
  dark: ["#79cbd9", "#3a8795", "#f0bd5a", "#b9a2e0", "#7d8b93", "#f2897e"],
} as const satisfies Record<ThemeMode, readonly string[]>;

export const seriesColor = (index: number, mode: ThemeMode): string => {
  const colors = SERIES_COLORS[mode];
  return colors[index % colors.length] ?? colors[0];
};
