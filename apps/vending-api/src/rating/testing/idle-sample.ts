import type { Sample } from "@hallmeter/meter-model";

/** A register and nothing else: what charging looks at. */
export function idleSample(circuitId: string, atMs: number, energyWh: number): Sample {
  return {
    circuitId,
    at: new Date(atMs).toISOString(),
    energyWh,
    activePowerW: 0,
    reactivePowerVar: 0,
    voltageDv: 2300,
    currentCa: 0,
    powerFactorMilli: 1000,
    frequencyCHz: 5000,
    relay: "closed",
    flags: [],
  };
}
