import { type IntendedState, instantMs, type Sample } from "@hallmeter/meter-model";
import type { SwitchingRecord } from "../../store/records.ts";

/** S1: the relay is read back within this. Range 1–10 s; 5 s covers the slowest motor-driven switch. */
export const READ_BACK_WITHIN_MS = 5000;
/** Pause between two looks while the contact may still be moving. Range 100–1000 ms. */
export const READ_BACK_PAUSE_MS = 400;
/** S1: then a person is asked. */
export const MOST_TRIES = 3;
/** S1: what an opened circuit may still show; below it is the meter's starting current. */
export const OPEN_BELOW_W = 10;
/** S1: within so many samples an opened circuit must show no load. */
const LOAD_CHECK_SAMPLES = 2;

export const UNTOUCHED: SwitchingRecord = {
  tries: 0,
  triedFor: null,
  isFaulty: false,
  loadCheck: null,
  isWelded: false,
  openedAtMs: null,
  openedForOverload: false,
  automaticAtMs: [],
};

export interface Confirmation {
  relay: IntendedState;
  atMs: number;
  isForOverload: boolean;
}

/** The read-back shows what was commanded. */
export function afterConfirmed(
  record: SwitchingRecord,
  { relay, atMs, isForOverload }: Confirmation,
): SwitchingRecord {
  const settled = { ...record, tries: 0, triedFor: null, isFaulty: false };
  if (relay === "closed") return { ...settled, loadCheck: null, isWelded: false };
  return {
    ...settled,
    loadCheck: { samplesLeft: LOAD_CHECK_SAMPLES, sinceMs: atMs },
    openedAtMs: atMs,
    openedForOverload: isForOverload,
  };
}

/** The read-back shows something else: three times, then it is a fault and not a loop. */
export function afterMismatch(record: SwitchingRecord, wanted: IntendedState): SwitchingRecord {
  const tries = record.triedFor === wanted ? record.tries + 1 : 1;
  return { ...record, tries, triedFor: wanted, isFaulty: tries >= MOST_TRIES };
}

/** A person commands: the tries begin anew. */
export function afterPersonAsked(record: SwitchingRecord): SwitchingRecord {
  return { ...record, tries: 0, triedFor: null, isFaulty: false };
}

/**
 * What a sample says about the relay. A fault ends when the relay is seen where it was told to go; that nobody wants it there any
 * more says nothing of the relay. After opening, load in the second sample as well means that the contact did not part, whatever
 * the status word says.
 */
export function afterSample(record: SwitchingRecord, sample: Sample): SwitchingRecord {
  const hasFollowed = record.triedFor !== null && sample.relay === record.triedFor;
  const settled = hasFollowed ? { ...record, tries: 0, triedFor: null, isFaulty: false } : record;
  if (sample.relay !== "open") return settled.loadCheck === null ? settled : { ...settled, loadCheck: null };
  const hasLoad = Math.abs(sample.activePowerW) >= OPEN_BELOW_W;
  if (!hasLoad) {
    if (settled.loadCheck === null && !settled.isWelded) return settled;
    return { ...settled, loadCheck: null, isWelded: false };
  }
  const { loadCheck } = settled;
  if (loadCheck === null || instantMs(sample.at) <= loadCheck.sinceMs) return settled;
  const samplesLeft = loadCheck.samplesLeft - 1;
  return samplesLeft > 0
    ? { ...settled, loadCheck: { ...loadCheck, samplesLeft } }
    : { ...settled, loadCheck: null, isWelded: true };
}
