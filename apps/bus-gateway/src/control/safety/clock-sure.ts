/** A clock may be set back by this much and still be believed: NTP steps. Range 1–60 s. */
const TOLERATED_STEP_BACK_MS = 60_000;
/**
 * A clock that shows less than what has been seen already has lost the time, or had run ahead. After this long with nobody
 * contradicting it the second is likelier, and a year ahead by mistake must not protect debtors for a year. Range 1–7 days.
 */
const BELIEVED_AGAIN_AFTER_MS = 24 * 3_600_000;

/** S4: a clock that shows less than what has been seen already; a protected time is assumed then. */
export function isClockSure(nowMs: number, latestKnownMs: number): boolean {
  return nowMs >= latestKnownMs - TOLERATED_STEP_BACK_MS;
}

/** Follows the wall clock and says whether it can be believed. */
export class ClockWatch {
  #latestKnownMs = 0;
  #unsureSinceMonotonicMs: number | null = null;

  get isSure(): boolean {
    return this.#unsureSinceMonotonicMs === null;
  }

  /** Something real happened at this instant by this or another clock. */
  seen(atMs: number): void {
    this.#latestKnownMs = Math.max(this.#latestKnownMs, atMs);
  }

  look(nowMs: number, monotonicMs: number): void {
    if (isClockSure(nowMs, this.#latestKnownMs)) {
      this.#unsureSinceMonotonicMs = null;
      return;
    }
    this.#unsureSinceMonotonicMs ??= monotonicMs;
    if (monotonicMs - this.#unsureSinceMonotonicMs < BELIEVED_AGAIN_AFTER_MS) return;
    this.#latestKnownMs = nowMs;
    this.#unsureSinceMonotonicMs = null;
  }
}
