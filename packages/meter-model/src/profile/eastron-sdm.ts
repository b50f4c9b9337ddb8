import type { RegisterRow } from "./register-row.ts";

/** Eastron's SDM family: every measured value is an f32 in two input registers (function 4), high word first. */
const INPUT = { function: 4 } as const;

/** Names of this model with the unit conversion from volts, amperes, kWh… */
export function inputRow(address: number, name: string, times = 1): RegisterRow {
  return [address, name, "f32", { ...INPUT, times }];
}

export const FROM_V = 10;
export const FROM_A = 100;
export const FROM_KILO = 1000;
export const FROM_HZ = 100;
export const FROM_ONE = 1000;

/** Energies lie at the same addresses in SDM120 and SDM630. */
export const ENERGY_ROWS: readonly RegisterRow[] = [
  inputRow(0x0046, "frequencyCHz", FROM_HZ),
  // What is bought is what was imported; 0x0156 adds what was exported.
  inputRow(0x0048, "energyWh", FROM_KILO),
  inputRow(0x004a, "reverseEnergyWh", FROM_KILO),
  inputRow(0x004c, "reactiveEnergyVarh", FROM_KILO),
  inputRow(0x004e, "reverseReactiveEnergyVarh", FROM_KILO),
  inputRow(0x0156, "totalEnergyWh", FROM_KILO),
  inputRow(0x0158, "totalReactiveEnergyVarh", FROM_KILO),
];

/** The public register lists name nothing between these; an SDM answers zeros there or an exception. */
export const ENERGY_HOLES = [
  { from: 0x0066, to: 0x00c7 },
  { from: 0x0110, to: 0x0155 },
  { from: 0x0190, to: 0xffff },
];

/**
 * Neither list says where the counter wraps. An f32 is exact to 1 Wh up to 16,777 kWh and to 8 Wh at 100,000 kWh; 999,999.9
 * kWh is the largest number the displays show.
 */
export const ENERGY_MODULUS_WH = 1_000_000_000;

/** reaper7/SDM_Energy_Meter waits at most 500 ms for an answer; doubled, for a late one is worse than a lost one. */
export const LONGEST_LATENCY_MS = 1000;
