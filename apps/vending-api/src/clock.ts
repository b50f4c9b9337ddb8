/** Time as the API sees it; tests pass their own. */
export interface Clock {
  now(): Date;
  /** Calls `run` every `intervalMs` until the returned function is called. Does not keep the process alive. */
  every(intervalMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  every(intervalMs, run) {
    const timer = setInterval(run, intervalMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};
