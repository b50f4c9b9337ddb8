import { describe, expect, it } from "vitest";
import { colorScale, paintYear, rgbOf } from "./paint-year.ts";
import { NO_POWER, QUARTERS } from "./year-grid.ts";

const SCALE = colorScale([0, 0, 0], [100, 0, 0], [100, 200, 0]);

describe("paintYear", () => {
  it("puts midnight at the foot, days side by side, and nothing where nothing is known", () => {
    const powerW = new Int32Array(2 * QUARTERS).fill(NO_POWER);
    powerW[0] = 500;
    powerW[QUARTERS + 95] = 9000;
    const pixels = new Uint8ClampedArray(2 * QUARTERS * 4);
    paintYear({ firstDay: "2026-01-01", days: 2, powerW, fullW: 1000 }, SCALE, pixels);
    const at = (day: number, row: number) => [...pixels.slice((row * 2 + day) * 4, (row * 2 + day) * 4 + 4)];
    expect(at(0, 95)).toEqual([91, 0, 0, 255]);
    expect(at(1, 0)).toEqual([100, 200, 0, 255]);
    expect(at(0, 0)[3]).toBe(0);
    expect(at(1, 95)[3]).toBe(0);
  });
});

it("reads colours as themes have them", () => {
  expect(rgbOf("#0b5563")).toEqual([11, 85, 99]);
  expect(rgbOf("rgb(1, 2, 3)")).toEqual([1, 2, 3]);
});
