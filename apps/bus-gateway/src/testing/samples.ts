import type { Sample } from "@hallmeter/meter-model";

/** For tests only: a quiet sample of a closed circuit. */
export function sampleAt(atMs: number, change: Partial<Sample> = {}): Sample {
  const activePowerW = change.activePowerW ?? 100;
  return {
    circuitId: "c1",
    at: new Date(atMs).toISOString(),
    energyWh: 1_000_000,
    activePowerW,
    reactivePowerVar: 0,
    voltageDv: 2300,
    currentCa: Math.round((Math.abs(activePowerW) * 100) / 230),
    powerFactorMilli: 1000,
    frequencyCHz: 5000,
    relay: "closed",
    flags: [],
    ...change,
  };
}
