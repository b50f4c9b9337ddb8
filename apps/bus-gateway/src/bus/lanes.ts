import type { Lane } from "./bus.ts";

interface LaneRow {
  /** Lower goes first. */
  rank: number;
  /** A one-shot request that has waited so long gets a turn out of rank. */
  agesAfterMs: number;
  /** Requests that may wait; the next one is refused with "queue-full". */
  bound: number;
  /** Somebody stands behind the request: an offline unit is tried at once and its back-off starts over. */
  wakesOfflineUnit: boolean;
  /** Its reads may carry more words than were asked for, where that saves a read of something else. */
  growsReads: boolean;
}

/**
 * Bounds: 64 is more than the circuits of a full cabinet and, at 8 requests a second, as much as can be carried out before
 * a trip (10 s) or a purchase (3 s goal, 120 s expiry) is late; backfill and scan come in long runs.
 * Nothing is added to what switches a relay or writes credit, nor to a scan, whose unit may not be there.
 */
export const LANE_TABLE = {
  trip: { rank: 0, agesAfterMs: 500, bound: 256, wakesOfflineUnit: true, growsReads: false },
  restore: { rank: 1, agesAfterMs: 1000, bound: 256, wakesOfflineUnit: true, growsReads: false },
  sale: { rank: 2, agesAfterMs: 2000, bound: 64, wakesOfflineUnit: true, growsReads: false },
  person: { rank: 3, agesAfterMs: 2000, bound: 64, wakesOfflineUnit: true, growsReads: true },
  watch: { rank: 4, agesAfterMs: 5000, bound: 64, wakesOfflineUnit: false, growsReads: true },
  poll: { rank: 5, agesAfterMs: 10_000, bound: 64, wakesOfflineUnit: false, growsReads: true },
  backfill: { rank: 6, agesAfterMs: 30_000, bound: 256, wakesOfflineUnit: false, growsReads: true },
  scan: { rank: 7, agesAfterMs: 60_000, bound: 256, wakesOfflineUnit: false, growsReads: false },
} as const satisfies Record<Lane, LaneRow>;

/** These do not wait for the end of a read that takes several frames, each of which keeps a slow line for a second. */
export const GO_BETWEEN_FRAMES: ReadonlySet<Lane> = new Set(["trip", "restore", "sale"]);
