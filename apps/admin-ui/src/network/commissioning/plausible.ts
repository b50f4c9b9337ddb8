import type { Live } from "../../api/rows.ts";

/** Mains anywhere lie between 100 and 240 V; IEC 60038 allows ± 10 %. In 0.1 V. */
const VOLTAGE_DV = { from: 900, to: 2640 } as const;

const isMains = (voltageDv: number) => voltageDv >= VOLTAGE_DV.from && voltageDv <= VOLTAGE_DV.to;

/** Whether a first reading looks like that of a meter on the mains; a wrong profile mostly reads nonsense. */
export function isPlausible({
  voltageDv,
  powerFactorMilli,
  phases,
  flags,
}: Pick<Live, "voltageDv" | "powerFactorMilli" | "phases" | "flags">): boolean {
  const voltages = phases === undefined ? [voltageDv] : phases.map((phase) => phase.voltageDv);
  return voltages.every(isMains) && Math.abs(powerFactorMilli) <= 1000 && !flags.includes("meter-fault");
}
