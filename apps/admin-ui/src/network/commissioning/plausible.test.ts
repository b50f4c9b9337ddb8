import { expect, it } from "vitest";
import { isPlausible } from "./plausible.ts";

const phase = (voltageDv: number) => ({ voltageDv, currentCa: 0, activePowerW: 0 });

it.each([
  ["230 V", { voltageDv: 2300 }, true],
  ["120 V", { voltageDv: 1200 }, true],
  ["no voltage", { voltageDv: 0 }, false],
  ["a word in the wrong order", { voltageDv: 64_515 }, false],
  ["a factor above one", { powerFactorMilli: 6400 }, false],
  ["a phase that is missing", { phases: [phase(2300), phase(0), phase(2310)] }, false],
  ["a meter that reports a fault", { flags: ["meter-fault" as const] }, false],
] as const)("takes %s for a reading: %o is %s", (_what, change, expected) => {
  expect(isPlausible({ voltageDv: 2300, powerFactorMilli: 980, flags: [], ...change } as never)).toBe(
    expected,
  );
});
