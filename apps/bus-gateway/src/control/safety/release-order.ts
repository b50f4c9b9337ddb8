/** S7: one closing a second on a feeder. Range 0.5–10 s: motors and refrigerators of one room have started by then. */
export const CLOSING_GAP_MS = 1000;

export interface WaitingClose {
  circuitId: string;
  /** A person asked for it and is waiting. */
  isByPerson: boolean;
}

/**
 * S7: which circuit of a feeder closes now, if any. The first after a quiet second closes at once; of several, those that a
 * person asked for come first and the others in random order.
 * @param lastCloseAtMs when this feeder last closed one; null for never
 * @param random 0 ≤ value < 1
 */
export function nextClose<T extends WaitingClose>(
  waiting: readonly T[],
  lastCloseAtMs: number | null,
  nowMs: number,
  random: () => number,
): T | undefined {
  if (waiting.length === 0) return undefined;
  if (lastCloseAtMs !== null && nowMs - lastCloseAtMs < CLOSING_GAP_MS) return undefined;
  const byPerson = waiting.filter(({ isByPerson }) => isByPerson);
  if (byPerson.length > 0) return byPerson[0];
  return waiting[Math.floor(random() * waiting.length)];
}
