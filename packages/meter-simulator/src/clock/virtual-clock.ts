import type { Clock } from "./clock.ts";

interface Timer {
  dueMs: number;
  /** Timers of the same moment fire in the order in which they were set. */
  order: number;
  /** Undefined once cancelled: it stays in the heap until its time has come. */
  fire: (() => void) | undefined;
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

/** Binary heap, earliest first. */
class TimerHeap {
  readonly #timers: Timer[] = [];

  get earliest(): Timer | undefined {
    return this.#timers[0];
  }

  push(timer: Timer): void {
    const timers = this.#timers;
    let index = timers.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = timers[parentIndex];
      if (!parent || !isBefore(timer, parent)) break;
      timers[index] = parent;
      index = parentIndex;
    }
    timers[index] = timer;
  }

  pop(): Timer | undefined {
    const timers = this.#timers;
    const first = timers[0];
    const last = timers.pop();
    if (first === undefined || last === undefined || timers.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      let child = timers[left];
      let childIndex = left;
      const right = timers[left + 1];
      if (child && right && isBefore(right, child)) {
        child = right;
        childIndex = left + 1;
      }
      if (!child || !isBefore(child, last)) break;
      timers[index] = child;
      index = childIndex;
    }
    timers[index] = last;
    return first;
  }
}

/** A clock that moves only when told to: deterministic, and as fast as the work behind its timers. */
export function createVirtualClock(startMs = 0): VirtualClock {
  let elapsedMs = 0;
  let wallOffsetMs = startMs;
  let nextOrder = 0;
  const timers = new TimerHeap();

  const fireNext = (untilMs: number): boolean => {
    for (let timer = timers.earliest; timer && timer.dueMs <= untilMs; timer = timers.earliest) {
      timers.pop();
      const { fire, dueMs } = timer;
      if (!fire) continue;
      elapsedMs = Math.max(elapsedMs, dueMs);
      fire();
      return true;
    }
    return false;
  };

  return {
    nowMs: () => wallOffsetMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    setTimer: (fire, delayMs) => {
      const timer: Timer = { dueMs: elapsedMs + Math.max(0, delayMs), order: nextOrder++, fire };
      timers.push(timer);
      return () => {
        timer.fire = undefined;
      };
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
