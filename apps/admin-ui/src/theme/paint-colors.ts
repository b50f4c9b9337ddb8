import type { ThemeMode } from "./state-colors.ts";

export interface PaintColor {
  ground: string;
  text: string;
  edge: string;
}

/** From cheap to dear. Text on its ground has a contrast of at least 4.5 : 1 in both themes. */
export const PAINT_COLORS = {
  light: [
    { ground: "#bfe3d0", text: "#0e4029", edge: "#4f9f78" },
    { ground: "#bde2ea", text: "#0b3f4a", edge: "#4496a6" },
    { ground: "#c8d9f3", text: "#12376b", edge: "#6288c4" },
    { ground: "#dbd5f1", text: "#352a6b", edge: "#8878c2" },
    { ground: "#f6e6a3", text: "#574100", edge: "#c2a02c" },
    { ground: "#f9cf9c", text: "#5e3000", edge: "#cf8a34" },
    { ground: "#f3b49d", text: "#611c05", edge: "#ca6a46" },
    { ground: "#ea9dab", text: "#55081a", edge: "#bd4a60" },
  ],
  dark: [
    { ground: "#1c4a36", text: "#c3efd7", edge: "#3f8a68" },
    { ground: "#164650", text: "#bfe9f2", edge: "#357f8e" },
    { ground: "#223f6c", text: "#cbdffb", edge: "#4a72b4" },
    { ground: "#3a3168", text: "#dcd6fa", edge: "#6b5fae" },
    { ground: "#57460e", text: "#fbe9a8", edge: "#9c8024" },
    { ground: "#663c10", text: "#fcd7ad", edge: "#ae6f2a" },
    { ground: "#6e2b16", text: "#fbc4b1", edge: "#b2583a" },
    { ground: "#6d1a2c", text: "#fbc0ca", edge: "#ae4158" },
  ],
} as const satisfies Record<ThemeMode, readonly PaintColor[]>;

/** Which colours so many paints take: far enough apart to be told from one another. */
const CHOSEN: Readonly<Record<number, readonly number[]>> = {
  1: [2],
  2: [2, 5],
  3: [0, 4, 6],
  4: [0, 2, 4, 6],
  5: [0, 2, 4, 5, 7],
  6: [0, 1, 2, 4, 5, 7],
  7: [0, 1, 2, 3, 4, 5, 7],
};

/** A colour for each price, in the order given: the dearer, the warmer. */
export function colorsByPrice(prices: readonly number[], mode: ThemeMode): PaintColor[] {
  const colors = PAINT_COLORS[mode];
  const chosen = CHOSEN[prices.length] ?? colors.map((_, index) => index);
  const byPrice = prices.map((price, index) => ({ price, index })).sort((a, b) => a.price - b.price);
  return prices.map((_, index) => {
    const rank = byPrice.findIndex((each) => each.index === index);
    return colors[chosen[rank] ?? rank] ?? colors[0];
  });
}
