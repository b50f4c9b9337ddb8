export interface TimedUse {
  fromMs: number;
  toMs: number;
  wh: number;
}

/**
 * Splits a use evenly over its time at the given instants. Each part is the difference of two rounded-down readings, so the
 * parts always sum to the whole. Instants outside the use are ignored; a use without duration stays whole.
 */
export function splitByTime(use: TimedUse, instantsMs: readonly number[]): TimedUse[] {
  const inside = instantsMs.filter((ms) => ms > use.fromMs && ms < use.toMs).sort((a, b) => a - b);
  const edges = [...new Set([use.fromMs, ...inside, use.toMs])];
  if (edges.length < 2) return [use];
  return edges.slice(1).map((toMs, index) => {
    const fromMs = edges[index] as number;
    return { fromMs, toMs, wh: whUntil(use, toMs) - whUntil(use, fromMs) };
  });
}

/** How much of the use had happened at this instant, rounded down. */
export function whUntil(use: TimedUse, atMs: number): number {
  if (atMs <= use.fromMs) return 0;
  if (atMs >= use.toMs) return use.wh;
  // Wh × ms leaves the safe integers after a long outage of a large circuit.
  return Number((BigInt(use.wh) * BigInt(atMs - use.fromMs)) / BigInt(use.toMs - use.fromMs));
}
