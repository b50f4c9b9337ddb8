import { expect, it } from "vitest";
import { dlt645Costs } from "./wire-time.ts";

const COSTS = dlt645Costs({ baud: 2400, parity: "even", stopBits: 1 });
const CHARACTER_MS = 11 / 2.4;

it("counts the bytes that wake up, the meter's time and 20 ms of silence", () => {
  // 20 and 20 bytes; a meter that is quicker than the standard lets it be still costs the silence.
  const energy = { name: "energy", dataId: 0x00010000, bytes: 4 };
  expect(COSTS.readMs(energy, 60)).toBeCloseTo(40 * CHARACTER_MS + 60 + 20, 6);
  expect(COSTS.readMs(energy, 5)).toBeCloseTo(40 * CHARACTER_MS + 20 + 20, 6);
});

it("counts a write's answer without data", () => {
  // 32 and 12 bytes.
  const write = { control: 0x1c, data: Array<number>(16).fill(0) };
  expect(COSTS.writeMs(write, 60)).toBeCloseTo(44 * CHARACTER_MS + 60 + 20, 6);
});
