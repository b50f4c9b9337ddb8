/** How far a long read is. */
export interface Progress {
  entries: number;
  accounts: number;
  /** Rows to be read in all, refusals included; what is written meanwhile is not counted. */
  total: number;
  perSecond: number;
  remainingS: number;
}

/** Range 0.2–10 s: often enough for a person who waits. */
const TOLD_EVERY_MS = 1000;

export function createPace(total: number, nowMs: () => number, tell?: (progress: Progress) => void) {
  const startedMs = nowMs();
  let toldMs = startedMs;
  type Counts = Readonly<{ entries: number; refusals: number; accounts: number }>;
  const say = ({ entries, refusals, accounts }: Counts, atMs: number) => {
    const rows = entries + refusals;
    const perSecond = Math.round((rows * 1000) / Math.max(1, atMs - startedMs));
    const remainingS = perSecond === 0 ? 0 : Math.ceil(Math.max(0, total - rows) / perSecond);
    tell?.({ entries, accounts, total, perSecond, remainingS });
  };
  return {
    /** Call after every row; tells about once a second. */
    step(counts: Counts): void {
      // The clock costs as much as a row: it is asked once in a while.
      if ((counts.entries + counts.refusals) % 500 !== 0) return;
      const atMs = nowMs();
      if (atMs - toldMs < TOLD_EVERY_MS) return;
      toldMs = atMs;
      say(counts, atMs);
    },
    end: (counts: Counts): void => say(counts, nowMs()),
  };
}
