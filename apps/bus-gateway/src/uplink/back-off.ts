/** Pause after the first failure; doubles with each further one. Range 0.5–5 s: a restarting server is back in seconds. */
const FIRST_PAUSE_MS = 1000;
/** Longest pause. Range 10–300 s: the server should not wait longer than this for news once it is back. */
const LONGEST_PAUSE_MS = 10_000;

/**
 * How long to wait before asking the server again, ms.
 * @param failures in a row, from 1
 * @param random 0 ≤ value < 1; takes up to half off, so that a hundred gateways do not return in one second
 */
export function serverPauseMs(failures: number, random: number): number {
  const fullMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));
  return Math.round(fullMs * (1 - random / 2));
}
