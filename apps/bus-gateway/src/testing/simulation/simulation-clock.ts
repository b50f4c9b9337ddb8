import type { Cancel, Clock } from "../../clock.ts";

interface Timer {
  dueMs: number;
  order: number;
  fn: (() => void) | null;
}

/**
 * For tests only: virtual time for millions of timers, with a wall clock that can jump. Everything promised settles between two
 * instants.
 */
export class SimulationClock implements Clock {
  readonly #heap: Timer[] = [];
  #elapsedMs = 0;
  #wallOffsetMs: number;
  #order = 0;

  constructor(epochMs: number) {
    this.#wallOffsetMs = epochMs;
  }

  nowMs(): number {
    return Math.floor(this.#wallOffsetMs + this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  /** Sets the wall clock forward or back; timers do not notice. */
  jump(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  setTimer(fn: () => void, delayMs: number): Cancel {
    const timer: Timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, fn };
    this.#push(timer);
    return () => {
      timer.fn = null;
    };
  }

  /** Moves time on to `endMs` after the start and runs every timer that falls due on the way. */
  async runTo(endMs: number): Promise<void> {
    await settle();
    for (let next = this.#heap[0]; next !== undefined && next.dueMs <= endMs; next = this.#heap[0]) {
      this.#pop();
      if (next.fn === null) continue;
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.fn();
      await settle();
    }
    this.#elapsedMs = endMs;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || isEarlier(parent, timer)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const leftIndex = 2 * index + 1;
      const left = heap[leftIndex];
      if (left === undefined) break;
      const right = heap[leftIndex + 1];
      const isRight = right !== undefined && isEarlier(right, left);
      const child = isRight ? right : left;
      if (isEarlier(last, child)) break;
      heap[index] = child;
      index = isRight ? leftIndex + 1 : leftIndex;
    }
    heap[index] = last;
  }
}

/** The time of one process: when it is killed, none of its timers fires any more. */
export class ProcessClock implements Clock {
  readonly #clock: Clock;
  #isKilled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  setTimer(fn: () => void, delayMs: number): Cancel {
    if (this.#isKilled) return () => {};
    return this.#clock.setTimer(() => {
      if (!this.#isKilled) fn();
    }, delayMs);
  }

  kill(): void {
    this.#isKilled = true;
  }
}

function isEarlier(a: Timer, b: Timer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/** An immediate runs after all promise jobs that are ready, and after those that they make ready. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
