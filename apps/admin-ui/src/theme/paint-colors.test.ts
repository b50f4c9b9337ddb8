import { describe, expect, it } from "vitest";
import { contrast } from "./contrast.ts";
import { colorsByPrice, PAINT_COLORS } from "./paint-colors.ts";

describe.each(["light", "dark"] as const)("paint colours, %s", (mode) => {
  it.each(PAINT_COLORS[mode].map((color, index) => [index, color] as const))(
    "%i can be read",
    (_index, { ground, text }) => {
      expect(contrast(ground, text)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("gives %i rates as many colours", (count) => {
    const prices = Array.from({ length: count }, (_, index) => index * 100);
    expect(new Set(colorsByPrice(prices, mode)).size).toBe(count);
  });
});

it("is the warmer, the dearer, whatever the order of the rates", () => {
  const [peak, valley] = colorsByPrice([900, 300], "light");
  expect([valley, peak]).toEqual(colorsByPrice([300, 900], "light"));
});
