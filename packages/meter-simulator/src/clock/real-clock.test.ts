import { describe, expect, it } from "vitest";
import { createRealClock } from "./real-clock.ts";

describe("the host's clock", () => {
  it("never fires a timer before its time", async () => {
    const clock = createRealClock();
    const delays = Array.from({ length: 40 }, (_, index) => 0.37 * index);
    const early = await Promise.all(
      delays.map(
        (delayMs) =>
          new Promise<boolean>((resolve) => {
            const dueMs = clock.monotonicMs() + delayMs;
            clock.setTimer(() => resolve(clock.monotonicMs() < dueMs), delayMs);
          }),
      ),
    );
    expect(early).not.toContain(true);
  });

  it("does not fire what was cancelled", async () => {
    const clock = createRealClock();
    let isFired = false;
    const cancel = clock.setTimer(() => {
      isFired = true;
    }, 1);
    cancel();
    await new Promise<void>((resolve) => clock.setTimer(resolve, 4));
    expect(isFired).toBe(false);
  });
});
