/** Stops a timer that has not fired; harmless afterwards. */
export type CancelTimer = () => void;

export interface Clock {
  /** Milliseconds since the epoch; may jump when someone sets the host's clock. */
  nowMs(): number;
  /** Milliseconds that only grow, with fractions; the line and the energy counters live on these. */
  monotonicMs(): number;
  /** Calls once, never before `delayMs` have passed on the monotonic clock. */
  setTimer(fire: () => void, delayMs: number): CancelTimer;
}
