import type { Random } from "./random.ts";
import type { SimulationClock } from "./simulation-clock.ts";

/** When things happen on a simulated site, and how often they have. */
export class Occasions {
  readonly counts: Record<string, number> = {};
  /** Nothing happens by chance any more. */
  isCalm = false;
  readonly #clock: SimulationClock;
  readonly #random: Random;
  /** How much more often than on a site of ordinary bad luck. */
  readonly #mishaps: number;

  constructor(clock: SimulationClock, random: Random, mishaps: number) {
    this.#clock = clock;
    this.#random = random;
    this.#mishaps = mishaps;
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  later(delayMs: number, what: () => void): void {
    this.#clock.setTimer(what, delayMs);
  }

  every(periodMs: number, what: () => void): void {
    this.later(periodMs, () => {
      what();
      this.every(periodMs, what);
    });
  }

  /** By chance, so often on average, until calm. */
  repeat(meanMs: number, what: () => void): void {
    this.later(this.#random.pauseMs(meanMs / this.#mishaps), () => {
      if (this.isCalm) return;
      what();
      this.repeat(meanMs, what);
    });
  }
}
