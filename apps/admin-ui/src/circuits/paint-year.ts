import { NO_POWER, QUARTERS, type YearGrid } from "./year-grid.ts";

/** Red, green, blue, each 0–255. */
export type Rgb = readonly [number, number, number];

const SHADES = 256;
/** As far along the scale the first colour has become the second. */
const MIDDLE = 0.55;

/** "#0b5563" or "rgb(11, 85, 99)" as a theme has it; anything else is black. */
export function rgbOf(color: string): Rgb {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  const parts =
    hex?.slice(1).map((pair) => Number.parseInt(pair, 16)) ?? (color.match(/\d+/g) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0] = parts;
  return [red, green, blue];
}

const between = (a: Rgb, b: Rgb, share: number): Rgb => {
  const mix = (from: number, to: number) => Math.round(from + (to - from) * share);
  return [mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2])];
};

/** From little over much to most. */
export function colorScale(low: Rgb, middle: Rgb, high: Rgb): readonly Rgb[] {
  return Array.from({ length: SHADES }, (_, shade) => {
    const share = shade / (SHADES - 1);
    return share < MIDDLE
      ? between(low, middle, share / MIDDLE)
      : between(middle, high, (share - MIDDLE) / (1 - MIDDLE));
  });
}

/** One pixel a quarter of an hour: a column a day, midnight at the foot. */
export function paintYear(
  { days, powerW, fullW }: YearGrid,
  scale: readonly Rgb[],
  pixels: Uint8ClampedArray,
): void {
  for (let day = 0; day < days; day++)
    for (let quarter = 0; quarter < QUARTERS; quarter++) {
      const power = powerW[day * QUARTERS + quarter] ?? NO_POWER;
      const at = ((QUARTERS - 1 - quarter) * days + day) * 4;
      // Without a figure the ground shows through.
      if (power === NO_POWER) {
        pixels[at + 3] = 0;
        continue;
      }
      const share = Math.min(1, Math.max(0, power / fullW));
      const [red, green, blue] = scale[Math.round(share * (scale.length - 1))] ?? [0, 0, 0];
      pixels[at] = red;
      pixels[at + 1] = green;
      pixels[at + 2] = blue;
      pixels[at + 3] = 255;
    }
}
