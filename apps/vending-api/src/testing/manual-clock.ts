import type { Clock } from "../clock.ts";

interface Timer {
  intervalMs: number;
  dueMs: number;
  run: () => void;
}

export interface ManualClock extends Clock {
  /** Moves time and runs what falls due, in order. */
  advance(byMs: number): void;
  /** Moves time as when the machine slept: what fell due runs once, afterwards. */
  sleep(byMs: number): void;
}

/** Time that stands until it is moved. It stands in the future, so that the store's own clock ends nothing early. */
export function manualClock(start = "2040-03-02T08:00:00.000Z"): ManualClock {
  let nowMs = Date.parse(start);
  const timers = new Set<Timer>();
  return {
    now: () => new Date(nowMs),
    every(intervalMs, run) {
      const timer = { intervalMs, dueMs: nowMs + intervalMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(byMs) {
      const endMs = nowMs + byMs;
      for (;;) {
        const [next] = [...timers].filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs);
        if (!next) break;
        nowMs = next.dueMs;
        next.dueMs += next.intervalMs;
        next.run();
      }
      nowMs = endMs;
    },
    sleep(byMs) {
      nowMs += byMs;
      for (const timer of timers) {
        if (timer.dueMs > nowMs) continue;
        timer.dueMs = nowMs + timer.intervalMs;
        timer.run();
      }
    },
  };
}
