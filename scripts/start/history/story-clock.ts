import type { Clock } from "@hallmeter/vending-api";

/** The time of a story: stands until it is moved, and nothing falls due by itself. */
export interface StoryClock extends Clock {
  /** Throws RangeError when time would go back. */
  moveTo(atMs: number): void;
  /** Runs once whatever happens from time to time, as of now. */
  runDue(): void;
}

export function storyClock(startMs: number): StoryClock {
  let nowMs = startMs;
  const regular = new Set<() => void>();
  return {
    now: () => new Date(nowMs),
    every(_intervalMs, run) {
      // A wrapper each: the same function may be asked for twice.
      const turn = () => run();
      regular.add(turn);
      return () => regular.delete(turn);
    },
    moveTo(atMs) {
      if (atMs < nowMs) throw new RangeError(`the story is at ${new Date(nowMs).toISOString()} already`);
      nowMs = atMs;
    },
    runDue() {
      for (const turn of [...regular]) turn();
    },
  };
}
