/** A clock may be set back by this much and still be believed: NTP steps. Range 1–60 s. */
const TOLERATED_STEP_BACK_MS = 60_000;

/** S4: a clock that shows less than what has been seen already has lost the time; a protected time is assumed then. */
export function isClockSure(nowMs: number, latestKnownMs: number): boolean {
  return nowMs >= latestKnownMs - TOLERATED_STEP_BACK_MS;
}
