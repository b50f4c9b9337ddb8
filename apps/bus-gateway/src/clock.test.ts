import { describe, expect, it } from "vitest";
import { type Clock, setExactTimer, systemClock, VirtualClock, waitUntil } from "./clock.ts";

describe("virtual clock", () => {
  it("stands still until it is moved, and runs timers in the order of their instants", async () => {
    const clock = new VirtualClock(1_000);
    const order: string[] = [];
    clock.setTimer(() => order.push(`late at ${clock.monotonicMs()}`), 20);
    clock.setTimer(() => order.push(`early at ${clock.monotonicMs()}`), 5);
    const cancel = clock.setTimer(() => order.push("cancelled"), 7);
    cancel();
    await clock.advance(19);
    expect(order).toEqual(["early at 5"]);
    await clock.advance(1);
    expect(order).toEqual(["early at 5", "late at 20"]);
    expect(clock.nowMs()).toBe(1_020);
  });

  it("lets everything that was promised settle before the next timer", async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.setTimer(() => {
      Promise.resolve()
        .then(() => {})
        .then(() => order.push("promised by the first"));
    }, 1);
    clock.setTimer(() => order.push("second timer"), 2);
    await clock.advance(2);
    expect(order).toEqual(["promised by the first", "second timer"]);
  });

  it("says so when a promise can never settle", async () => {
    const clock = new VirtualClock();
    await expect(clock.until(new Promise(() => {}))).rejects.toThrow("no timer is left");
    clock.setTimer(() => {}, 5000);
    await expect(clock.until(new Promise(() => {}), 1000)).rejects.toThrow("still pending after 1000 ms");
  });
});

describe("waiting until an instant", () => {
  it("checks the monotonic clock after timers that fire too early", async () => {
    const clock = new VirtualClock();
    const early: Clock = {
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      setTimer: (fn, delayMs) => clock.setTimer(fn, Math.max(0.1, delayMs - 0.9)),
    };
    const waited = waitUntil(early, 4.01).then(() => clock.monotonicMs());
    expect(await clock.until(waited)).toBeGreaterThanOrEqual(4.01);
  });
});

describe("a timer for silences", () => {
  const elapsedMs = (delayMs: number) => {
    const startedMs = performance.now();
    return new Promise<number>((resolve) => {
      setExactTimer(systemClock, () => resolve(performance.now() - startedMs), delayMs);
    });
  };

  it.for([0, 0.4, 1.75, 4.01])("never fires before %f ms have passed", async (delayMs) => {
    for (let n = 0; n < 5; n++) expect(await elapsedMs(delayMs)).toBeGreaterThanOrEqual(delayMs);
  });

  it.for([0.5, 2.5])("does not fire when it is cancelled before %f ms have passed", async (delayMs) => {
    let fired = false;
    const cancel = setExactTimer(
      systemClock,
      () => {
        fired = true;
      },
      delayMs,
    );
    cancel();
    await elapsedMs(4);
    expect(fired).toBe(false);
  });

  it("is an ordinary one on a clock whose timers are exact", async () => {
    const clock = new VirtualClock();
    const fired = new Promise<number>((resolve) => {
      setExactTimer(clock, () => resolve(clock.monotonicMs()), 1.75);
    });
    expect(await clock.until(fired)).toBe(1.75);
  });
});
