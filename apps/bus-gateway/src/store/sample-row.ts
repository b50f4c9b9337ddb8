import {
  instantMs,
  relayStateSchema,
  SAMPLE_FLAGS,
  type Sample,
  sampleFlagSchema,
} from "@hallmeter/meter-model";
import { z } from "zod";

const RELAYS = relayStateSchema.options;

/**
 * A sample as it waits on disk: values by position, time as a number, flags as bits. About 70 bytes where the JSON has 300,
 * so that 30 days of 250 circuits take some 70 MB.
 */
export const sampleRowSchema = z.tuple([
  z.string(),
  z.int(),
  z.int(),
  z.int(),
  z.int(),
  z.int(),
  z.int(),
  z.int(),
  z.int(),
  z
    .int()
    .min(0)
    .max(RELAYS.length - 1),
  z.int(),
  z.array(z.int()),
]);
export type SampleRow = z.infer<typeof sampleRowSchema>;

export function sampleRow(sample: Sample): SampleRow {
  let flagBits = 0;
  for (const flag of sample.flags) flagBits |= 1 << SAMPLE_FLAGS.indexOf(flag);
  return [
    sample.circuitId,
    instantMs(sample.at),
    sample.energyWh,
    sample.activePowerW,
    sample.reactivePowerVar,
    sample.voltageDv,
    sample.currentCa,
    sample.powerFactorMilli,
    sample.frequencyCHz,
    RELAYS.indexOf(sample.relay),
    flagBits,
    (sample.phases ?? []).flatMap((phase) => [phase.voltageDv, phase.currentCa, phase.activePowerW]),
  ];
}

export function sampleOf(row: SampleRow): Sample {
  const [circuitId, atMs, energyWh, activePowerW, reactivePowerVar, voltageDv, currentCa] = row;
  const [powerFactorMilli, frequencyCHz, relay, flagBits, phaseValues] = row.slice(7) as [
    number,
    number,
    number,
    number,
    number[],
  ];
  const phases = [0, 3, 6].map((start) => ({
    voltageDv: phaseValues[start] ?? 0,
    currentCa: phaseValues[start + 1] ?? 0,
    activePowerW: phaseValues[start + 2] ?? 0,
  }));
  return {
    circuitId,
    at: new Date(atMs).toISOString(),
    energyWh,
    activePowerW,
    reactivePowerVar,
    voltageDv,
    currentCa,
    powerFactorMilli,
    frequencyCHz,
    relay: RELAYS[relay] ?? "unknown",
    flags: sampleFlagSchema.options.filter((_, bit) => (flagBits & (1 << bit)) !== 0),
    ...(phaseValues.length === 0 ? {} : { phases }),
  };
}
