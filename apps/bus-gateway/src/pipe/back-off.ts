/** Pause after the first failure; doubles with each further one. Range 50–1000 ms; 250 ms rides out a replugged adapter. */
const FIRST_PAUSE_MS = 250;
/** Longest pause. Range 1–60 s; 10 s keeps a returning serial server from waiting noticeably. */
const LONGEST_PAUSE_MS = 10_000;
/** The first two failures are a replug or a restart; the third asks for a person. */
const FAILURES_BEFORE_ALARM = 3;

/**
 * How long to wait before opening again, in milliseconds.
 * @param failures attempts that have failed in a row, from 1
 * @param random 0 ≤ random < 1; up to a quarter is taken off, so that many pipes do not knock together
 */
export function reopenPauseMs(failures: number, random: number): number {
  const fullMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 16));
  return Math.round(fullMs * (1 - random / 4));
}

export function isWorthAnAlarm(failures: number): boolean {
  return failures >= FAILURES_BEFORE_ALARM;
}
