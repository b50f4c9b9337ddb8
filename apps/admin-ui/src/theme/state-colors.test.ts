import { describe, expect, it } from "vitest";
import { STATE_COLORS } from "./state-colors.ts";

/** Relative luminance and contrast as WCAG 2.2 defines them. */
const luminance = (hex: string): number => {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
};
const contrast = (a: string, b: string): number => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

describe.each(["light", "dark"] as const)("state colours, %s", (mode) => {
  it.each(Object.entries(STATE_COLORS[mode]))("%s can be read", (_state, { ground, text }) => {
    expect(contrast(ground, text)).toBeGreaterThanOrEqual(4.5);
  });
});
