import type { Live } from "../api/rows.ts";

export interface Phasor {
  phase: "A" | "B" | "C";
  voltageDv: number;
  currentCa: number;
  /** Degrees, counter-clockwise from the voltage of phase A. */
  voltageAngle: number;
  currentAngle: number;
}

const PHASES = ["A", "B", "C"] as const;
const STEP = 120;
const DEGREES = 180 / Math.PI;

/** The angle by which a current lags its voltage, from active power over V · I. Meters say the factor's size, not its sense. */
function lagDegrees(voltageDv: number, currentCa: number, activePowerW: number): number {
  const apparentVa = (voltageDv / 10) * (currentCa / 100);
  if (apparentVa === 0) return 0;
  return Math.acos(Math.max(-1, Math.min(1, activePowerW / apparentVa))) * DEGREES;
}

/**
 * What a phase diagram is drawn from. Voltages stand 120° apart, because the poll has no angle between phases; whether currents
 * lag or lead follows from the sign of the whole circuit's reactive power.
 */
export function phasorsOf({ phases, reactivePowerVar }: Pick<Live, "phases" | "reactivePowerVar">): Phasor[] {
  const sense = reactivePowerVar < 0 ? 1 : -1;
  return (phases ?? []).flatMap(({ voltageDv, currentCa, activePowerW }, index) => {
    const phase = PHASES[index];
    if (phase === undefined) return [];
    const voltageAngle = index === 0 ? 0 : 360 - index * STEP;
    const lag = lagDegrees(voltageDv, currentCa, activePowerW);
    const currentAngle = (((voltageAngle + sense * lag) % 360) + 360) % 360;
    return [{ phase, voltageDv, currentCa, voltageAngle, currentAngle }];
  });
}

/** How far the phase that differs most lies from the mean, in thousandths (NEMA MG 1-2009, 14.36.2). */
export function imbalanceMilli(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  if (mean === 0) return 0;
  return Math.round((Math.max(...values.map((value) => Math.abs(value - mean))) * 1000) / mean);
}
