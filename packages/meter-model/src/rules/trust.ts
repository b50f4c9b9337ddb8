import type { Sample } from "../sample.ts";
import { instantMs } from "../time/instant.ts";
import { clearAlarm, type Draft, raiseAlarm } from "./draft.ts";

/** Flags that forbid a sample to be a cause for a cut (S3). */
const DOUBTFUL = ["first", "stale", "suspect"] as const;
/** S3: older than two periods is stale. */
const STALE_PERIODS = 2;
/** "No poll is later than 3 periods while the bus is up": a longer gap means that nobody looked. */
const GAP_PERIODS = 3;
/** Metering and voltage tolerances on top of the switch's rating. */
const POSSIBLE_USE_MILLI = 1100;
/** Both ends of a difference are known to one register step. */
const REGISTER_STEPS = 2;

/** Samples that overtake one another are closer than this. Range 1–30 s. */
const CLOCK_SET_BACK_MS = 5000;

const MS_PER_HOUR = 3_600_000;

/** The longest pause between two samples that still belong together, ms. */
export function longestGapMs(draft: Draft): number {
  return GAP_PERIODS * draft.config.pollIntervalMs;
}

/** The most that can have flowed through the switch, Wh: rating × voltage × phases × time. U in 0.1 V × I in 0.01 A = mW. */
function possibleUseWh(draft: Draft, sample: Sample, elapsedMs: number): number {
  const phases = sample.phases?.length ?? 1;
  const ratingW = (draft.config.switchRatingCa * sample.voltageDv * phases) / 1000;
  return (
    (ratingW * POSSIBLE_USE_MILLI * elapsedMs) / (1000 * MS_PER_HOUR) +
    REGISTER_STEPS * draft.config.energyStepWh
  );
}

/** The clock was set back: what was measured before lies in its future and would silence everything that comes. */
function forgetTime(draft: Draft, atMs: number): void {
  const startedAtMs = Math.min(draft.state.startedAtMs, atMs);
  draft.state = { ...draft.state, startedAtMs, trust: { awaitsFirst: true, good: [] } };
}

/**
 * Takes note of a sample and tells whether it is good: fresh, in order, not the first since a start, not flagged. Two good
 * ones in a row whose registers fit together make the circuit's measurement trusted.
 */
export function acceptSample(draft: Draft, sample: Sample): boolean {
  const { trust } = draft.state;
  const atMs = instantMs(sample.at);
  const last = trust.good.at(-1);
  const isStale = draft.nowMs - atMs > STALE_PERIODS * draft.config.pollIntervalMs;
  if (last !== undefined && atMs <= last.atMs) {
    if (last.atMs - atMs > CLOCK_SET_BACK_MS) forgetTime(draft, atMs);
    return false;
  }
  const isDoubtful = atMs < draft.state.startedAtMs || DOUBTFUL.some((flag) => sample.flags.includes(flag));
  if (isDoubtful || isStale) return false;
  if (trust.awaitsFirst) {
    draft.state = { ...draft.state, trust: { awaitsFirst: false, good: [] } };
    return false;
  }
  const point = { atMs, energyWh: sample.energyWh };
  const used = last === undefined ? 0 : sample.energyWh - last.energyWh;
  const fits = last !== undefined && used >= 0 && used <= possibleUseWh(draft, sample, atMs - last.atMs);
  if (last !== undefined && !fits) {
    raiseAlarm(draft, "register-suspect", { beforeWh: last.energyWh, afterWh: sample.energyWh });
  } else if (fits) clearAlarm(draft, "register-suspect");
  const isNear = last !== undefined && atMs - last.atMs <= longestGapMs(draft);
  draft.state = {
    ...draft.state,
    trust: { awaitsFirst: false, good: fits && isNear ? [last, point] : [point] },
  };
  return true;
}

/** S3: two fresh consistent samples stand behind what is about to be decided. */
export function isTrusted(draft: Draft): boolean {
  const [first, second] = draft.state.trust.good;
  return (
    first !== undefined &&
    second !== undefined &&
    draft.nowMs - second.atMs <= STALE_PERIODS * draft.config.pollIntervalMs
  );
}

/** A rule may open now: automatic opening is allowed and the measurement is trusted. */
export function mayOpenByRule(draft: Draft): boolean {
  return draft.config.automaticOpening && isTrusted(draft);
}
