import type { Sample } from "@hallmeter/meter-model";
import { OPEN_BELOW_W } from "./relay-check.ts";

/** Below this is what a meter shows of nothing: 0.1 A. Range 1–50. */
const LIVE_FROM_CA = 10;

/**
 * S11: something feeds the load side of an open relay. A meter that shows current or power there has seen it; one that shows
 * none proves nothing, for an idle generator draws no current: that takes a person with a voltage tester.
 */
export function isLoadSideLive(sample: Sample | null): boolean {
  if (sample === null || sample.relay !== "open") return false;
  return sample.currentCa >= LIVE_FROM_CA || Math.abs(sample.activePowerW) >= OPEN_BELOW_W;
}
