import { useTheme } from "@mui/material";
import { colorsByPrice, type PaintColor } from "./paint-colors.ts";

/** Colours of the theme in use for these prices. */
export function usePaintColors(prices: readonly number[]): PaintColor[] {
  return colorsByPrice(prices, useTheme().palette.mode);
}
