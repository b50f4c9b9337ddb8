import type { SuspectReason } from "./judge-sample.ts";

/** Three samples over this time that fit one another are no glitch: the register is there to stay. Range 1–60 min. */
const CONFIRMED_AFTER_MS = 5 * 60_000;
const CONFIRMED_BY_SAMPLES = 3;

/** A register that was not believed, and what came after it. */
export interface Suspect {
  /** The first sample that showed it; for `use-too-large` everything at or above its reading waits. */
  at: Date;
  readingWh: number;
  reason: SuspectReason;
  /** The newest sample that goes on from there, and how many have. */
  newestAt: Date;
  newestWh: number;
  samples: number;
}

export interface SuspectSample {
  atMs: number;
  readingWh: number;
  reason: SuspectReason;
}

/** What is known after one more sample that was not believed; `possibleWh` of use within a time, in ms. */
export function noteSuspect(
  known: Suspect | null,
  sample: SuspectSample,
  possibleWh: (durationMs: number) => number,
): Suspect | null {
  const { atMs, readingWh, reason } = sample;
  // The gateway's own mark says nothing of where the register is.
  if (reason === "flagged") return known;
  // Only a person opens the register of another meter.
  if (known?.reason === "meter-changed") return known;
  // A clock that runs ahead says nothing of the register either.
  if (reason === "ahead-of-time" && known !== null) return known;
  const newest = { newestAt: new Date(atMs), newestWh: readingWh };
  const fresh = { at: new Date(atMs), readingWh, reason, ...newest, samples: 1 };
  if (known?.reason !== reason) return fresh;
  const usedWh = readingWh - known.newestWh;
  const goesOn = usedWh >= 0 && usedWh <= possibleWh(atMs - known.newestAt.getTime());
  if (goesOn) return { ...known, ...newest, samples: known.samples + 1 };
  // A lower jump is the nearer one: everything above it waits, and a further one from there begins to be witnessed.
  return reason === "use-too-large" && known.readingWh <= readingWh
    ? { ...known, ...newest, samples: 1 }
    : fresh;
}

/** Judged before, with everything up to the newest one: delivered again, a sample is no further witness. */
export function wasDoubted(suspect: Suspect | null, atMs: number): boolean {
  if (suspect?.reason !== "use-too-large" && suspect?.reason !== "register-smaller") return false;
  return atMs <= suspect.newestAt.getTime();
}

export function isConfirmed(suspect: Suspect | null): suspect is Suspect {
  return (
    suspect !== null &&
    suspect.samples >= CONFIRMED_BY_SAMPLES &&
    suspect.newestAt.getTime() - suspect.at.getTime() >= CONFIRMED_AFTER_MS
  );
}
