import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createVirtualClock } from "./virtual-clock.ts";

describe("the virtual clock", () => {
  it("fires timers in the order of their times, and of their setting within one moment", () => {
    const clock = createVirtualClock();
    const fired: string[] = [];
    clock.setTimer(() => fired.push("late"), 20);
    clock.setTimer(() => fired.push("first"), 10);
    clock.setTimer(() => fired.push("second"), 10);
    clock.advance(30);
    expect(fired).toEqual(["first", "second", "late"]);
  });

  it("shows a timer the moment it was set for, also one set by another timer", () => {
    const clock = createVirtualClock(5000);
    const seen: number[] = [];
    clock.setTimer(() => {
      seen.push(clock.monotonicMs());
      clock.setTimer(() => seen.push(clock.monotonicMs()), 2.5);
    }, 1.25);
    clock.advance(10);
    expect(seen).toEqual([1.25, 3.75]);
    expect(clock.monotonicMs()).toBe(10);
    expect(clock.nowMs()).toBe(5010);
  });

  it("leaves what falls due after the end, and what was cancelled", () => {
    const clock = createVirtualClock();
    const fired: string[] = [];
    clock.setTimer(() => fired.push("beyond"), 10.001);
    const cancel = clock.setTimer(() => fired.push("cancelled"), 5);
    cancel();
    clock.advance(10);
    expect(fired).toEqual([]);
  });

  it("jumps its wall clock without firing anything", () => {
    const clock = createVirtualClock();
    let isFired = false;
    clock.setTimer(() => {
      isFired = true;
    }, 1000);
    clock.jumpWallClock(3_600_000);
    expect([clock.nowMs(), clock.monotonicMs(), isFired]).toEqual([3_600_000, 0, false]);
  });

  it("runs until nothing is left, and says how long that took", () => {
    const clock = createVirtualClock();
    clock.setTimer(() => clock.setTimer(() => {}, 7), 3);
    expect(clock.runUntilIdle(1000)).toBe(10);
  });

  it("never goes back and fires everything exactly once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { maxLength: 40 }),
        fc.array(fc.nat(300), { minLength: 1, maxLength: 10 }),
        (delays, steps) => {
          const clock = createVirtualClock();
          const fired: number[] = [];
          for (const delay of delays) clock.setTimer(() => fired.push(clock.monotonicMs()), delay);
          for (const step of steps) clock.advance(step);
          const reachedMs = steps.reduce((sum, step) => sum + step, 0);
          expect(fired).toEqual(delays.filter((delay) => delay <= reachedMs).sort((a, b) => a - b));
        },
      ),
    );
  });
});
