import type { Clock } from "./clock.ts";

interface Timer {
  dueMs: number;
  /** Timers of the same moment fire in the order in which they were set. */
  order: number;
  fire: () => void;
}

export interface VirtualClock extends Clock {
  /** Fires everything that falls due within `durationMs`, in order, and ends exactly that much later. */
  advance(durationMs: number): void;
  /** Fires timers until none is left or `limitMs` have passed; answers the time that passed. */
  runUntilIdle(limitMs: number): number;
  /** Sets the wall clock without time passing, as a person or a time server would. */
  jumpWallClock(byMs: number): void;
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/** A clock that moves only when told to: deterministic, and as fast as the work behind its timers. */
export function createVirtualClock(startMs = 0): VirtualClock {
  let elapsedMs = 0;
  let wallOffsetMs = startMs;
  let nextOrder = 0;
  const timers = new Set<Timer>();

  const earliest = (): Timer | undefined => {
    let found: Timer | undefined;
    for (const timer of timers) if (!found || isBefore(timer, found)) found = timer;
    return found;
  };
  const fireNext = (untilMs: number): boolean => {
    const timer = earliest();
    if (!timer || timer.dueMs > untilMs) return false;
    timers.delete(timer);
    elapsedMs = Math.max(elapsedMs, timer.dueMs);
    timer.fire();
    return true;
  };

  return {
    nowMs: () => wallOffsetMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    setTimer: (fire, delayMs) => {
      const timer = { dueMs: elapsedMs + Math.max(0, delayMs), order: nextOrder++, fire };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (durationMs) => {
      const untilMs = elapsedMs + durationMs;
      while (fireNext(untilMs));
      elapsedMs = untilMs;
    },
    runUntilIdle: (limitMs) => {
      const startedMs = elapsedMs;
      while (fireNext(startedMs + limitMs));
      return elapsedMs - startedMs;
    },
    jumpWallClock: (byMs) => {
      wallOffsetMs += byMs;
    },
  };
}
