/** Wrong passwords within the window after which nobody may try. Range 3–20; a person mistypes three times at most. */
const MOST_FAILURES = 5;
/** Range 1–60 min. With 5 tries in it, a password of 12 random characters is out of reach. */
const WINDOW_MS = 300_000;
/** Every caller is one of at most this many; above it the oldest is forgotten. */
const MOST_CALLERS = 1000;

/** Counts wrong passwords by caller, so that one who guesses does not lock everybody out. */
export class SignInLimit {
  readonly #failures = new Map<string, number[]>();

  /** Milliseconds to wait; 0 when the caller may try. */
  waitMs(caller: string, nowMs: number): number {
    const recent = this.#recent(caller, nowMs);
    const [oldest = nowMs] = recent;
    return recent.length < MOST_FAILURES ? 0 : Math.max(0, oldest + WINDOW_MS - nowMs);
  }

  /** Counted before the password is looked at: tries at the same time count too. */
  tried(caller: string, nowMs: number): void {
    const recent = this.#recent(caller, nowMs);
    this.#failures.delete(caller);
    this.#failures.set(caller, [...recent, nowMs]);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MOST_CALLERS && oldest !== undefined) this.#failures.delete(oldest);
  }

  succeeded(caller: string): void {
    this.#failures.delete(caller);
  }

  #recent(caller: string, nowMs: number): number[] {
    return (this.#failures.get(caller) ?? []).filter((atMs) => nowMs - atMs < WINDOW_MS);
  }
}
