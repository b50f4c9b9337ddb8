/** Undoes a timer that has not fired. Safe to call more than once. */
export type Cancel = () => void;

/** All time of the gateway comes from here, so that a test can own it. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. May jump; only for time stamps and expiries that people set. */
  nowMs(): number;
  /** Milliseconds, with fractions, that only ever grow. For intervals on the wire. */
  monotonicMs(): number;
  /** Calls `fn` after about `delayMs`; Node timers may fire up to 1 ms early, so compare with `monotonicMs` after. */
  setTimer(fn: () => void, delayMs: number): Cancel;
  /** The same to a fraction of a millisecond, for silences; a clock whose timers are exact anyway needs none. */
  setExactTimer?(fn: () => void, delayMs: number): Cancel;
}

/**
 * How long before its instant an exact timer wakes. Range 0.5–3 ms: a sleeping process wakes up to about a millisecond late on
 * a busy computer, and each millisecond is processor time in every transaction.
 */
const AWAKE_BEFORE_MS = 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(fn, delayMs) {
    // setTimeout rounds anything below 1 ms up to 1 ms, which is a quarter of t3.5 at 9600 baud.
    if (delayMs < 1) {
      const immediate = setImmediate(fn);
      return () => clearImmediate(immediate);
    }
    const timeout = setTimeout(fn, Math.floor(delayMs));
    return () => clearTimeout(timeout);
  },
  setExactTimer(fn, delayMs) {
    const dueMs = performance.now() + delayMs;
    let cancel: Cancel = () => {};
    const sleep = (forMs: number) => {
      cancel = systemClock.setTimer(look, forMs);
    };
    const look = () => (performance.now() < dueMs ? sleep(0) : fn());
    // setTimeout takes whole milliseconds and no less than one.
    sleep(delayMs < 1 ? 0 : Math.max(1, delayMs - AWAKE_BEFORE_MS));
    return () => cancel();
  },
};

/** Calls `fn` no sooner and, as far as the clock can, no later than after `delayMs`. */
export function setExactTimer(clock: Clock, fn: () => void, delayMs: number): Cancel {
  return clock.setExactTimer ? clock.setExactTimer(fn, delayMs) : clock.setTimer(fn, delayMs);
}

/** Resolves once `monotonicMs()` has really reached the instant, however early the timers fire. */
export function waitUntil(clock: Clock, monotonicMs: number): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      const remainingMs = monotonicMs - clock.monotonicMs();
      if (remainingMs <= 0) resolve();
      else clock.setTimer(check, remainingMs);
    };
    check();
  });
}

interface Timer {
  dueMs: number;
  order: number;
  fn: () => void;
}

/**
 * Time that stands still until the test moves it. Timers run in the order of their instants, and everything that was
 * promised settles before the next one runs.
 */
export class VirtualClock implements Clock {
  readonly #epochMs: number;
  readonly #timers = new Set<Timer>();
  #elapsedMs = 0;
  #order = 0;

  /** @param epochMs wall clock at the start, milliseconds since the epoch. */
  constructor(epochMs = Date.UTC(2026, 0, 1)) {
    this.#epochMs = epochMs;
  }

  nowMs(): number {
    return Math.floor(this.#epochMs + this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  setTimer(fn: () => void, delayMs: number): Cancel {
    const timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, fn };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Moves time on by `durationMs` and runs every timer that falls due on the way. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#elapsedMs + durationMs;
    await settleMicrotasks();
    for (let timer = this.#earliest(); timer && timer.dueMs <= endMs; timer = this.#earliest()) {
      await this.#run(timer);
    }
    this.#elapsedMs = endMs;
  }

  /** Moves time on until the promise settles. Throws when it cannot, because no timer is left or `limitMs` has passed. */
  async until<T>(promise: Promise<T>, limitMs = 3_600_000): Promise<T> {
    const endMs = this.#elapsedMs + limitMs;
    let settled = false;
    const mark = () => {
      settled = true;
    };
    promise.then(mark, mark);
    await settleMicrotasks();
    while (!settled) {
      const timer = this.#earliest();
      if (!timer) throw new Error("the promise is pending and no timer is left that could settle it");
      if (timer.dueMs > endMs) throw new Error(`the promise is still pending after ${limitMs} ms`);
      await this.#run(timer);
    }
    return promise;
  }

  async #run(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
    timer.fn();
    await settleMicrotasks();
  }

  #earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (!first || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}

/** An immediate runs after all promise jobs and next ticks that are ready, and after those that they make ready. */
function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
