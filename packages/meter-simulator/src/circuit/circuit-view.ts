import type { PhasePower } from "./loop.ts";
import type { OwnVerdict } from "./own-controls.ts";

/** What a meter measures of one conductor, in the model's units. */
export interface PhaseView {
  voltageDv: number;
  currentCa: number;
  activePowerW: number;
  reactivePowerVar: number;
  powerFactorMilli: number;
  /** As its registers show it: offset and wrapped, whole Wh. */
  activeWh: number;
  reactiveVarh: number;
  /** Unrounded, for meters that show more. */
  activePowerMw: number;
  reactivePowerMvar: number;
}

export interface PrepaidView {
  isOn: boolean;
  remainingMinor: number;
  purchasedMinor: number;
  purchaseCount: number;
  basicMinor: number;
  isBelowAlarm1: boolean;
  isBelowAlarm2: boolean;
}

/** One moment of a circuit, as its registers show it. */
export interface CircuitView {
  phases: readonly PhaseView[];
  total: Omit<PhaseView, "voltageDv" | "currentCa">;
  frequencyCHz: number;
  isContactClosed: boolean;
  /** What forced control wants of the contact. */
  forced: ForcedState;
  verdict: OwnVerdict;
  prepaid: PrepaidView;
  loadTripCount: number;
  loadAllowedTrips: number;
  /** Seconds until the meter's own load control closes again. */
  recoveryS: number;
  /** The meter's own clock, to be read with the UTC fields of a Date. */
  localMs: number;
  serialNumber: string;
}

export type ForcedState = "open" | "closed" | "free";

/** A meter without load shows a power factor of one. */
function powerFactorMilli(activePowerMw: number, reactivePowerMvar: number): number {
  const apparentMva = Math.hypot(activePowerMw, reactivePowerMvar);
  if (apparentMva < 1000) return 1000;
  return Math.round((1000 * activePowerMw) / apparentMva);
}

export interface ShownEnergy {
  activeWh: number;
  reactiveVarh: number;
}

export function powerView(power: PhasePower, energy: ShownEnergy): CircuitView["total"] {
  const { activePowerMw, reactivePowerMvar } = power;
  return {
    activePowerW: Math.round(activePowerMw / 1000),
    reactivePowerVar: Math.round(reactivePowerMvar / 1000),
    powerFactorMilli: powerFactorMilli(activePowerMw, reactivePowerMvar),
    activePowerMw,
    reactivePowerMvar,
    ...energy,
  };
}

export function phaseView(power: PhasePower, energy: ShownEnergy, voltageDv: number): PhaseView {
  const apparentMva = Math.hypot(power.activePowerMw, power.reactivePowerMvar);
  return {
    ...powerView(power, energy),
    voltageDv,
    // S [mVA] / U [0.1 V] = 10 mA = 0.01 A.
    currentCa: voltageDv === 0 ? 0 : Math.round(apparentMva / voltageDv),
  };
}

export function sumPowers(powers: readonly PhasePower[]): PhasePower {
  const only = powers[0];
  if (powers.length === 1 && only) return only;
  return {
    activePowerMw: powers.reduce((sum, power) => sum + power.activePowerMw, 0),
    reactivePowerMvar: powers.reduce((sum, power) => sum + power.reactivePowerMvar, 0),
  };
}
