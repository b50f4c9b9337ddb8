import { type EnergyPoint, instantMs, type Sample } from "@hallmeter/meter-model";
import type { UsePoint } from "../store/records.ts";

/** Points inside a slot say nothing that its ends do not, unless the price changes there. Prices change on quarters. */
const SLOT_MS = 15 * 60_000;
/** Metering and voltage tolerances on top of the switch's rating. */
const POSSIBLE_USE_MILLI = 1100;
/** Both ends of a difference are known to one step of the register; 0.01 kWh is the coarsest in the profiles. */
const REGISTER_STEPS_WH = 20;
const MS_PER_HOUR = 3_600_000;

export interface SwitchedCircuit {
  switchRatingCa: number;
  ctRatio: number;
  ptRatio: number;
}

/** The most that the switch can carry. U in 0.1 V × I in 0.01 A = mW. */
function mostPossibleW(circuit: SwitchedCircuit, sample: Sample): number {
  const ratingW = (circuit.switchRatingCa * sample.voltageDv * (sample.phases?.length ?? 1)) / 1000;
  return (ratingW * POSSIBLE_USE_MILLI) / 1000;
}

/** The most that the switch can have carried meanwhile, Wh. */
function possibleUseWh(circuit: SwitchedCircuit, sample: Sample, elapsedMs: number): number {
  const steps = REGISTER_STEPS_WH * circuit.ctRatio * circuit.ptRatio;
  return (mostPossibleW(circuit, sample) * elapsedMs) / MS_PER_HOUR + steps;
}

/**
 * A sample as a point of use. A register that fell, or rose by more than the switch can carry, was exchanged or misread:
 * the gateway counts nothing for that step, and the server's next position knows better.
 * @param elapsedMs since the point before, which the wall clock need not have seen
 */
export function usePointOf(
  circuit: SwitchedCircuit,
  sample: Sample,
  { energyWh }: EnergyPoint,
  elapsedMs: number,
): UsePoint {
  const usedWh = sample.energyWh - energyWh;
  const isPossible = usedWh >= 0 && usedWh <= possibleUseWh(circuit, sample, elapsedMs);
  return isPossible
    ? { atMs: instantMs(sample.at), energyWh: sample.energyWh }
    : breakPointOf(circuit, sample);
}

/** The first of a register that has nothing to do with the last one's. */
export function breakPointOf(circuit: SwitchedCircuit, sample: Sample): UsePoint {
  const mostW = Math.floor(mostPossibleW(circuit, sample));
  return { atMs: instantMs(sample.at), energyWh: sample.energyWh, isBreak: true, mostW };
}

/**
 * Whether the server's register, newer than the break, is already one of the register that began there: from there on no more
 * was used than the switch carries.
 */
export function goesOnFrom(charged: EnergyPoint, { atMs, energyWh, mostW = 0 }: UsePoint): boolean {
  const usedWh = energyWh - charged.energyWh;
  return usedWh >= 0 && usedWh <= (mostW * (atMs - charged.atMs)) / MS_PER_HOUR;
}

/** True when the last point may go now that a newer one is there: it lies inside a slot and marks no break. */
export function isReplaceable(beforeLast: UsePoint | undefined, last: UsePoint, next: UsePoint): boolean {
  if (beforeLast === undefined || last.isBreak === true || next.isBreak === true) return false;
  return slotOf(beforeLast) === slotOf(last) && slotOf(last) === slotOf(next);
}

function slotOf({ atMs }: UsePoint): number {
  return Math.floor(atMs / SLOT_MS);
}
