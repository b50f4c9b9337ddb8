import type { Sample } from "../sample.ts";
import { clearAlarm, type Draft, instant, placeHold, raiseAlarm, ruleOrigin } from "./draft.ts";

/** Two samples in a row, as for every opening (S3). */
const FAULT_SAMPLES = 2;

/**
 * Current above the switch's rating: an alarm, and no command may break it until it has fallen (S10). A meter fault is an
 * alarm as well, and a safety hold where the profile's fault bit is proved.
 */
export function stepSafety(draft: Draft, sample: Sample, isGood: boolean): void {
  const { switchRatingCa, meterFaultOpens, automaticOpening } = draft.config;
  // Even a doubtful sample forbids breaking; only a good one raises or clears the alarm.
  const aboveRating = sample.relay !== "open" && sample.currentCa > switchRatingCa;
  const hasFault = sample.flags.includes("meter-fault");
  const faultSamples = hasFault ? draft.state.safety.faultSamples + (isGood ? 1 : 0) : 0;
  const { safety } = draft.state;
  if (aboveRating !== safety.aboveRating || faultSamples !== safety.faultSamples)
    draft.state = { ...draft.state, safety: { aboveRating, faultSamples } };
  if (!isGood) return;

  if (aboveRating)
    raiseAlarm(draft, "current-above-switch-rating", {
      currentCa: sample.currentCa,
      ratingCa: switchRatingCa,
    });
  else clearAlarm(draft, "current-above-switch-rating");

  if (!hasFault) {
    clearAlarm(draft, "meter-fault");
    return;
  }
  if (faultSamples < FAULT_SAMPLES) return;
  raiseAlarm(draft, "meter-fault", {});
  if (meterFaultOpens && automaticOpening)
    placeHold(draft, {
      kind: "safety",
      reason: "meter-fault",
      params: {},
      origin: ruleOrigin("safety", "Safety"),
      since: instant(draft.nowMs),
    });
}
