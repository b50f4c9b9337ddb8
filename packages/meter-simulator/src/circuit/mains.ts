import { noiseAt, seedFor } from "../random.ts";

/** China, GB/T 156: 220 V between phase and neutral, 50 Hz. */
export const NOMINAL_VOLTAGE_DV = 2200;
const NOMINAL_FREQUENCY_CHZ = 5000;

/** Slow swing of a building's feeder and what neighbours add from second to second, 0.1 V. */
const SWING_DV = 35;
const SWING_PERIOD_MS = 600_000;
const FLICKER_DV = 8;
const FREQUENCY_SWING_CHZ = 3;

export type Phase = 0 | 1 | 2;

/** The supply of a bus' building: the same for all its circuits of a phase, a little different at every moment. */
export interface Mains {
  voltageDv(phase: Phase, elapsedMs: number): number;
  frequencyCHz(elapsedMs: number): number;
}

export function createMains(seed: number): Mains {
  const ownSeed = seedFor(seed, "mains");
  return {
    voltageDv: (phase, elapsedMs) => {
      const turn = elapsedMs / SWING_PERIOD_MS + phase / 3 + (noiseAt(ownSeed, -1) + 1) / 2;
      const flicker = FLICKER_DV * noiseAt(ownSeed + phase, Math.floor(elapsedMs / 1000));
      return Math.round(NOMINAL_VOLTAGE_DV + SWING_DV * Math.sin(2 * Math.PI * turn) + flicker);
    },
    frequencyCHz: (elapsedMs) =>
      NOMINAL_FREQUENCY_CHZ +
      Math.round(FREQUENCY_SWING_CHZ * noiseAt(ownSeed + 3, Math.floor(elapsedMs / 2000))),
  };
}
