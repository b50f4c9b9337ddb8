import type { RelayState, Sample } from "@hallmeter/meter-model";

/** A register value that a person brought: no power was measured with it, so an hour that contains it is hardly compared. */
export function registerSample(circuitId: string, at: Date, energyWh: number, relay: RelayState): Sample {
  return {
    circuitId,
    at: at.toISOString(),
    energyWh,
    activePowerW: 0,
    reactivePowerVar: 0,
    voltageDv: 0,
    currentCa: 0,
    powerFactorMilli: 0,
    frequencyCHz: 0,
    relay,
    flags: [],
  };
}
