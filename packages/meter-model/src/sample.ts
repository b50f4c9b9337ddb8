import { z } from "zod";

/** Instants cross every boundary as RFC 3339 UTC; inside the rules they are milliseconds since the epoch. */
export const instantSchema = z.iso.datetime();
export const integerSchema = z.int();
export const idSchema = z.string().min(1).max(64);

export const relayStateSchema = z.enum(["closed", "open", "unknown"]);
export type RelayState = z.infer<typeof relayStateSchema>;

export const intendedStateSchema = z.enum(["closed", "open"]);
export type IntendedState = z.infer<typeof intendedStateSchema>;

export const presenceSchema = z.enum(["online", "flaky", "offline"]);
export type Presence = z.infer<typeof presenceSchema>;

/** What a sample may say about itself. `first`: the first after a restart; `stale`, `suspect`: never a cause for a cut (S3). */
export const SAMPLE_FLAGS = ["first", "stale", "suspect", "meter-fault", "clock-unsure"] as const;
export const sampleFlagSchema = z.enum(SAMPLE_FLAGS);
export type SampleFlag = z.infer<typeof sampleFlagSchema>;

/** One decoded poll of a circuit. Energies are cumulative registers after CT and PT ratio. All integers. */
export const sampleSchema = z.object({
  circuitId: idSchema,
  at: instantSchema,
  energyWh: integerSchema.nonnegative(),
  activePowerW: integerSchema,
  reactivePowerVar: integerSchema,
  /** Single-phase voltage, or phase A of a three-phase circuit; 0.1 V. */
  voltageDv: integerSchema,
  /** Single-phase current, or the largest phase current of a three-phase circuit; 0.01 A. */
  currentCa: integerSchema,
  powerFactorMilli: integerSchema,
  /** 0.01 Hz; 0 where the meter is not asked for it. */
  frequencyCHz: integerSchema,
  relay: relayStateSchema,
  flags: z.array(sampleFlagSchema),
  /** Three-phase circuits only. */
  phases: z
    .array(z.object({ voltageDv: integerSchema, currentCa: integerSchema, activePowerW: integerSchema }))
    .length(3)
    .optional(),
});
export type Sample = z.infer<typeof sampleSchema>;
