import type { Sample } from "@hallmeter/meter-model";
import type { MeteringContext } from "./metering-context.ts";

/** Why a sample is kept and flagged, but not charged. */
export const SUSPECT_REASONS = {
  flagged: "the gateway marked it as suspect",
  "ahead-of-time": "its time lies in the future",
  "register-smaller": "the register went back and did not wrap",
  "meter-changed": "another meter hangs there, and nobody has said yet where its register begins",
  "use-too-large": "more was used than the switch could have carried",
} as const satisfies Record<string, string>;
export type SuspectReason = keyof typeof SUSPECT_REASONS;

/** Where metering stands: the last register that was charged. */
export interface MeteringPoint {
  atMs: number;
  /** Register + `offsetWh`: goes on where the register wraps or is reset. */
  readingWh: number;
  offsetWh: number;
  /** A jump that waits for a person: nothing at or above it is charged. */
  suspectFromWh: number | null;
  /** From here on another meter answers: nothing is charged until its register has been opened. */
  blockedFromMs: number | null;
}

export type SampleVerdict =
  | { kind: "old" }
  | { kind: "good"; readingWh: number; offsetWh: number }
  | { kind: "suspect"; reason: SuspectReason; readingWh: number };

/** domain.md: "use > 1.1 × rating × time". */
const TOLERANCE_PERCENT = 110;
/** domain.md: a wrap is believed only from the last tenth of the register. */
const WRAP_FROM_PERCENT = 90;
/** Clocks are corrected when they are 60 s off; a sample further ahead would lock out those that follow. Range 1–15 min. */
const MOST_AHEAD_MS = 120_000;

/** What the difference between the last charged register and this sample is worth. */
export function judgeSample(
  point: MeteringPoint,
  sample: Sample,
  context: Pick<MeteringContext, "ratingW" | "registerStepWh" | "energyModulusWh">,
  nowMs: number,
): SampleVerdict {
  const atMs = Date.parse(sample.at);
  if (atMs <= point.atMs) return { kind: "old" };
  const readingWh = sample.energyWh + point.offsetWh;
  if (sample.flags.includes("suspect")) return { kind: "suspect", reason: "flagged", readingWh };
  if (atMs > nowMs + MOST_AHEAD_MS) return { kind: "suspect", reason: "ahead-of-time", readingWh };

  if (point.blockedFromMs !== null && atMs >= point.blockedFromMs)
    return { kind: "suspect", reason: "meter-changed", readingWh };

  const possibleWh = possibleUseWh(context, atMs - point.atMs);
  if (readingWh < point.readingWh) {
    const lastRegisterWh = point.readingWh - point.offsetWh;
    const wrappedWh = readingWh + context.energyModulusWh - point.readingWh;
    const fromLastTenth = lastRegisterWh * 100 >= context.energyModulusWh * WRAP_FROM_PERCENT;
    if (!fromLastTenth || wrappedWh > possibleWh)
      return { kind: "suspect", reason: "register-smaller", readingWh };
    const offsetWh = point.offsetWh + context.energyModulusWh;
    return { kind: "good", readingWh: sample.energyWh + offsetWh, offsetWh };
  }
  const waitsForPerson = point.suspectFromWh !== null && readingWh >= point.suspectFromWh;
  if (waitsForPerson || readingWh - point.readingWh > possibleWh)
    return { kind: "suspect", reason: "use-too-large", readingWh };
  return { kind: "good", readingWh, offsetWh: point.offsetWh };
}

/** The most that can have been used, with two register steps for what a step shows late and 2 Wh for rounding twice. */
export function possibleUseWh(
  { ratingW, registerStepWh }: Pick<MeteringContext, "ratingW" | "registerStepWh">,
  durationMs: number,
): number {
  const wattMs = BigInt(ratingW) * BigInt(durationMs) * BigInt(TOLERANCE_PERCENT);
  return Number(wattMs / (3_600_000n * 100n)) + 2 + 2 * registerStepWh;
}
