import { z } from "zod";

const countSchema = z.int().nonnegative();
const energySchema = z.object({ wh: countSchema, microWs: countSchema });

/** What a meter keeps without power. */
export const circuitStateSchema = z.object({
  /** Of the copper, one entry per phase: no swap and no rollover touches them. */
  energies: z.array(z.object({ active: energySchema, reactive: energySchema })),
  isContactClosed: z.boolean(),
  /** Of the meter that measures now; without one, as delivered. */
  serialNumber: z.string().optional(),
  /** How often the contact has moved, and how often onto a live load side. */
  switchings: countSchema.default(0),
  closuresOntoLive: countSchema.default(0),
  /** Added to the energies for what the registers show. */
  registerOffsetWh: z.int(),
  phaseOffsetsWh: z.array(z.int()).default([]),
  reactiveOffsetsVarh: z.array(z.int()).default([]),
  prepaid: z.object({
    remainingMinor: z.int(),
    purchasedMinor: countSchema,
    /** Energy up to which the remaining amount has been charged. */
    chargedWh: countSchema,
    /** Millionths of the minor unit charged but not yet taken off. */
    remainderMicro: countSchema.default(0),
  }),
  /** Written words by address. */
  parameters: z.array(z.tuple([z.int(), z.int()])),
});
export type CircuitState = z.infer<typeof circuitStateSchema>;

/** A meter as delivered, having counted `energyWh` before. */
export function initialCircuitState(phaseCount: 1 | 3, energyWh: number): CircuitState {
  const share = Math.floor(energyWh / phaseCount);
  const energies = Array.from({ length: phaseCount }, (_, index) => ({
    active: { wh: index === 0 ? energyWh - share * (phaseCount - 1) : share, microWs: 0 },
    reactive: { wh: 0, microWs: 0 },
  }));
  return {
    energies,
    isContactClosed: true,
    switchings: 0,
    closuresOntoLive: 0,
    registerOffsetWh: 0,
    phaseOffsetsWh: [],
    reactiveOffsetsVarh: [],
    prepaid: { remainingMinor: 0, purchasedMinor: 0, chargedWh: energyWh, remainderMicro: 0 },
    parameters: [],
  };
}
