/** What the outbox takes: everything; one sample per circuit and interval; or no samples at all. */
export type Acceptance = "all" | "thinned" | "no-samples";

export interface OutboxLimits {
  /**
   * Once the oldest sample has waited this long, only the load profile's samples are kept. Range 10 min–1 day, default 1 h:
   * a restart of the server costs no detail, and a month away is caught up in half an hour instead of two.
   */
  thinAfterMs: number;
  /**
   * Bytes the outbox may take. Range 64 MiB–64 GiB, default 512 MiB: 30 days of 15-minute samples of 250 circuits are
   * 720,000 entries of about 100 bytes, 70 MiB.
   */
  limitBytes: number;
  /** Bytes that must stay free on the disk for events, results and the store's own pages. Range 16–1024 MiB. */
  reserveBytes: number;
}

export const DEFAULT_OUTBOX_LIMITS: OutboxLimits = {
  thinAfterMs: 3_600_000,
  limitBytes: 512 * 1024 * 1024,
  reserveBytes: 64 * 1024 * 1024,
};

/** Beyond this share of the limit only one sample per interval is kept, in thousandths. */
const THIN_FROM_MILLI = 500;
/** Thinned samples are those of the load profile: the first of each quarter of an hour. */
export const THINNED_INTERVAL_MS = 15 * 60_000;

export interface OutboxStanding {
  outboxBytes: number;
  freeBytes: number;
  /** How long the oldest sample has waited; 0 when none waits. */
  oldestMs: number;
}

/** Low value is given up first, events and results never. */
export function acceptance(standing: OutboxStanding, limits: OutboxLimits): Acceptance {
  const { outboxBytes, freeBytes, oldestMs } = standing;
  if (outboxBytes >= limits.limitBytes || freeBytes < limits.reserveBytes) return "no-samples";
  const isLarge = outboxBytes * 1000 >= limits.limitBytes * THIN_FROM_MILLI;
  return isLarge || oldestMs >= limits.thinAfterMs ? "thinned" : "all";
}

/** While thinned: the first sample of each interval, and any whose relay differs from the one before. */
export function isKeptWhileThinned(
  previous: { atMs: number; relay: string } | undefined,
  sample: { atMs: number; relay: string },
): boolean {
  if (previous === undefined || previous.relay !== sample.relay) return true;
  return Math.floor(previous.atMs / THINNED_INTERVAL_MS) !== Math.floor(sample.atMs / THINNED_INTERVAL_MS);
}
