import type { Clock } from "./clock.ts";

/** Another clock's time, `speed` times as fast from now on; wall time starts with the other's. */
export function createScaledClock(base: Clock, speed: number): Clock {
  const startedMs = base.monotonicMs();
  const wallStartMs = base.nowMs();
  const elapsedMs = () => (base.monotonicMs() - startedMs) * speed;
  return {
    nowMs: () => Math.round(wallStartMs + elapsedMs()),
    monotonicMs: elapsedMs,
    setTimer: (fire, delayMs) => base.setTimer(fire, delayMs / speed),
  };
}
