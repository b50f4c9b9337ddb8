import { type EnergyReading, sumEnergies } from "./energy-counter.ts";
import type { PhaseEnergy, PhasePower } from "./loop.ts";

/** What a meter measures of one conductor, in the model's units. */
export interface PhaseView {
  voltageDv: number;
  currentCa: number;
  activePowerW: number;
  reactivePowerVar: number;
  powerFactorMilli: number;
  activeEnergy: EnergyReading;
  reactiveEnergy: EnergyReading;
}

export interface PrepaidView {
  remainingMinor: number;
  purchasedMinor: number;
  purchaseCount: number;
  basicMinor: number;
}

/** One moment of a circuit, as its registers show it. */
export interface CircuitView {
  phases: readonly PhaseView[];
  total: Omit<PhaseView, "voltageDv" | "currentCa">;
  frequencyCHz: number;
  statusWord: number;
  prepaid: PrepaidView;
  /** Seconds until the meter's own load control closes again. */
  recoveryS: number;
  /** Added to every active energy register: where a rollover is to be shown. Wh. */
  registerOffsetWh: number;
}

/** A meter without load shows a power factor of one. */
function powerFactorMilli(activePowerMw: number, reactivePowerMvar: number): number {
  const apparentMva = Math.hypot(activePowerMw, reactivePowerMvar);
  if (apparentMva < 1000) return 1000;
  return Math.round((1000 * activePowerMw) / apparentMva);
}

export function phaseView(power: PhasePower, energy: PhaseEnergy, voltageDv: number): PhaseView {
  const { activePowerMw, reactivePowerMvar } = power;
  // S [mVA] / U [0.1 V] = 10 mA = 0.01 A.
  const currentCa =
    voltageDv === 0 ? 0 : Math.round(Math.hypot(activePowerMw, reactivePowerMvar) / voltageDv);
  return {
    voltageDv,
    currentCa,
    activePowerW: Math.round(activePowerMw / 1000),
    reactivePowerVar: Math.round(reactivePowerMvar / 1000),
    powerFactorMilli: powerFactorMilli(activePowerMw, reactivePowerMvar),
    activeEnergy: energy.active,
    reactiveEnergy: energy.reactive,
  };
}

export function totalView(
  powers: readonly PhasePower[],
  energies: readonly PhaseEnergy[],
): CircuitView["total"] {
  const activePowerMw = powers.reduce((sum, power) => sum + power.activePowerMw, 0);
  const reactivePowerMvar = powers.reduce((sum, power) => sum + power.reactivePowerMvar, 0);
  return {
    activePowerW: Math.round(activePowerMw / 1000),
    reactivePowerVar: Math.round(reactivePowerMvar / 1000),
    powerFactorMilli: powerFactorMilli(activePowerMw, reactivePowerMvar),
    activeEnergy: sumEnergies(energies.map(({ active }) => active)),
    reactiveEnergy: sumEnergies(energies.map(({ reactive }) => reactive)),
  };
}
