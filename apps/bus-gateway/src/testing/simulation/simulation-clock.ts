import type { Cancel, Clock } from "../../clock.ts";

interface Timer {
  dueMs: number;
  order: number;
  fn: (() => void) | null;
}

/** Timers on their way through one turn of the event loop. */
interface Turn {
  readonly endMs: number;
  isDue: boolean;
  readonly reject: (error: unknown) => void;
}

const TIMERS_PER_TURN = 32;

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
    for (let isDue = true; isDue; ) isDue = await this.#turn(endMs);
    this.#elapsedMs = endMs;
  }

  /**
   * Runs the next timers on one turn of Node's event loop, whose own work costs five times as much as an immediate. Between two
   * immediates all promise jobs run that are ready, and those that they make ready.
   * @returns whether more may be due
   */
  #turn(endMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const turn = { endMs, isDue: true, reject };
      for (let each = 0; each < TIMERS_PER_TURN; each += 1) setImmediate(this.#runOne, turn);
      setImmediate(() => resolve(turn.isDue));
    });
  }

  readonly #runOne = (turn: Turn): void => {
    try {
      turn.isDue &&= this.#runNext(turn.endMs);
    } catch (error) {
      turn.isDue = false;
      turn.reject(error);
    }
  };

  /** @returns false when none is due by then */
  #runNext(endMs: number): boolean {
    for (let next = this.#heap[0]; next !== undefined && next.dueMs <= endMs; next = this.#heap[0]) {
      this.#pop();
      if (next.fn === null) continue;
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.fn();
      return true;
    }
    return false;
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
